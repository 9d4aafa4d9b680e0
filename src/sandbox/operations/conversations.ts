import * as v from 'valibot';
import { empty, invalid, json, Refusal, refuse, type Answer, type Call } from '../call.js';
import type { SandboxStore, Thread } from '../store.js';
import {
  conversationFilter,
  conversationOrder,
  integerParameter,
  paginate,
  dictionary,
  metadataBody,
  parseBody,
} from './parse-request.js';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

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

const newConversationBody = v.object({
  name: v.optional(v.string(), ''),
  metadata: v.optional(metadataBody, {}),
});

/** Answers without `data` around the conversation, unlike the other operations on one. */
export function createConversation({ body, store }: Call): Answer {
  const { name, metadata } = parseBody(newConversationBody, body);
  return json(store.create(name, metadata).conversation);
}

export function getConversation(call: Call): Answer {
  return json({ data: threadInPath(call).conversation });
}

const conversationUpdateBody = v.object({ metadata: v.optional(metadataBody) });

/** Replaces all metadata. Telnyx does not say whether it merges, so no client may rely on it. */
export function updateConversation(call: Call): Answer {
  const { metadata } = parseBody(conversationUpdateBody, call.body);
  const { conversation } = threadInPath(call);
  if (metadata !== undefined) conversation.metadata = metadata;
  return json({ data: conversation });
}

export function deleteConversation(call: Call): Answer {
  const { conversation } = threadInPath(call);
  call.store.delete(conversation.id);
  return empty(200);
}

/** Newest first, as Telnyx seems to list them; it promises no order. */
export function listMessages(call: Call): Answer {
  const { messages, isRetained } = requireThread(call.store, call.id);
  return json(
    paginate(isRetained ? call.listed(messages).toReversed() : [], call.query, call.maxPageSize),
  );
}

const scalar = v.union([v.string(), v.number(), v.boolean()]);

const newMessageBody = v.object({
  role: v.string(),
  content: v.optional(v.string(), ''),
  name: v.optional(v.string()),
  tool_choice: v.optional(v.union([v.string(), dictionary(v.unknown())])),
  tool_calls: v.optional(v.array(dictionary(v.unknown())), []),
  tool_call_id: v.optional(v.string()),
  sent_at: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(Date.parse(text)), 'Input should be a valid datetime'),
    ),
  ),
  metadata: v.optional(dictionary(v.union([scalar, v.array(scalar)])), {}),
});

/** Stores a message. The assistant does not answer it. */
export function addMessage({ id, body, store }: Call): Answer {
  if (!UUID.test(id)) {
    const loc = ['path', 'conversation_id'];
    throw invalid({ loc, msg: 'Input should be a valid UUID', type: 'uuid_parsing' });
  }
  const { role, content, tool_calls, sent_at, metadata } = parseBody(newMessageBody, body);
  store.append(requireThread(store, id), {
    role,
    text: content,
    tool_calls,
    metadata,
    ...(sent_at === undefined ? {} : { sent_at }),
  });
  return empty(200);
}

/** Telnyx has a model write insights after the conversation; this one counts the turns. */
export function listInsights({ id, store }: Call): Answer {
  const thread = requireThread(store, id);
  return json(paginate(insightsOf(thread, store.turnCount(id)), new URLSearchParams()));
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

/** For the operations that declare a 404 without a body: get, update and delete. */
function threadInPath({ id, store }: Call): Thread {
  const thread = store.find(id);
  if (thread === undefined) throw new Refusal(empty(404));
  return thread;
}

/** For the operations that declare no 404: they answer with the general error. */
export function requireThread(store: SandboxStore, id: string): Thread {
  const thread = store.find(id);
  if (thread === undefined) throw refuse(404, { detail: `There is no conversation ${id}.` });
  return thread;
}
