import { empty, json, type Answer } from './answer.js';
import { parseBody } from './body.js';
import type { Call } from './call.js';
import { conversationFilter, conversationOrder } from './conversation-filter.js';
import { integerParameter, paginate } from './paging.js';
import type { Thread } from './records.js';
import { Refusal, refuse } from './refusal.js';
import { conversationUpdateBody, newConversationBody } from './schemas.js';

/** Without `limit` all are listed: Telnyx documents no default. */
export function listConversations({ query, store }: Call): Answer {
  const limit = integerParameter(query, 'limit');
  const data = store
    .list()
    .map(({ conversation }) => conversation)
    .filter(conversationFilter(query))
    .sort(conversationOrder(query.get('order') ?? undefined));
  return json({ data: data.slice(0, limit) });
}

/** Answers the bare conversation, unlike the other operations on one. */
export function createConversation({ body, store }: Call): Answer {
  const { name, metadata } = parseBody(newConversationBody, body);
  return json(store.create(name, metadata).conversation);
}

export function getConversation(call: Call): Answer {
  return json({ data: declaredThread(call).conversation });
}

/** Replaces the metadata as a whole: Telnyx does not say whether it merges, so clients must not rely on it. */
export function updateConversation(call: Call): Answer {
  const { metadata } = parseBody(conversationUpdateBody, call.body);
  const { conversation } = declaredThread(call);
  if (metadata !== undefined) conversation.metadata = metadata;
  return json({ data: conversation });
}

export function deleteConversation(call: Call): Answer {
  const { conversation } = declaredThread(call);
  call.store.delete(conversation.id);
  return empty(200);
}

/** Real insights are made by a model after the conversation; this one counts turns. */
export function listInsights(call: Call): Answer {
  const thread = requireThread(call, call.id);
  return json(paginate(insightsOf(thread, call.store.turnCount(call.id)), new URLSearchParams()));
}

function insightsOf({ conversation, isRetained }: Thread, turns: number): object[] {
  if (turns === 0 || !isRetained) return [];
  const summary = `A sandbox conversation of ${turns} ${turns === 1 ? 'turn' : 'turns'}.`;
  return [
    {
      id: `insight-${conversation.id}`,
      status: 'completed',
      created_at: conversation.last_message_at,
      conversation_insights: [{ insight_id: 'sandbox-summary', result: summary }],
    },
  ];
}

/** A missing conversation as get, update and delete declare it: 404 without a body. */
function declaredThread({ id, store }: Call): Thread {
  const thread = store.find(id);
  if (thread === undefined) throw new Refusal(empty(404));
  return thread;
}

/** A missing conversation where no 404 is declared: Telnyx's general error. */
export function requireThread({ store }: Pick<Call, 'store'>, id: string): Thread {
  const thread = store.find(id);
  if (thread === undefined) throw refuse(404, { detail: `There is no conversation ${id}.` });
  return thread;
}
