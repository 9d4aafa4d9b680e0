import type {
  Assistant,
  CallOptions,
  ChatEvent,
  Conversation,
  Message,
  TurnPorts,
  TurnRequest,
} from '../core/conversation.js';
import { ServerClock } from '../core/delivery/server-clock.js';
import { createCaller, readJson, type Caller, type CallerOptions } from './caller.js';
import { history, messages } from './message-list.js';
import { readReply } from './reply-stream.js';
import { segment } from './segment.js';
import { parse } from './wire.js';

/** Between two pieces of a stream, in milliseconds. */
const SILENCE_MS = 30_000;

export interface ConversationFilters {
  /** At most so many, 1 or more. */
  limit?: number | undefined;
  /** Such as `last_message_at.desc`. */
  order?: string | undefined;
  /** Column or `metadata->key` to `operator.value`, such as `eq.abc` or `gte.2025-01-01`. */
  where?: Record<string, string> | undefined;
}

/** The Telnyx AI Assistants API: one method an operation. All of them reject with AppErrors. */
export interface Client extends TurnPorts {
  listAssistants(options: CallOptions): Promise<Assistant[]>;
  listConversations(filters: ConversationFilters, options: CallOptions): Promise<Conversation[]>;
  /** All messages, a page at a time, in the API's order (it documents none). */
  listMessages(conversationId: string, options: CallOptions): AsyncGenerator<Message[]>;
  /** Replaces the metadata: whether Telnyx merges is not documented, so send the whole map. */
  updateConversation(
    id: string,
    metadata: Record<string, string>,
    options: CallOptions,
  ): Promise<Conversation>;
  /** Lets the process end. */
  close(): void;
}

export interface ClientOptions extends Omit<CallerOptions, 'serverClock'> {
  /** Makes the idempotency key of a new conversation. */
  randomId: () => string;
}

export function createClient(options: ClientOptions): Client {
  const serverClock = new ServerClock();
  const caller = createCaller({ ...options, serverClock });
  return {
    clock: options.clock,
    serverClock,
    listAssistants: (call) => caller.json({ ...call, path: '/ai/assistants' }, parse.assistants),
    getAssistant: async (id, call) =>
      caller.json({ ...call, path: `/ai/assistants/${segment(id)}` }, parse.assistant),
    listConversations: ({ where, ...filters }, call) =>
      caller.json(
        { ...call, path: '/ai/conversations', query: { ...where, ...filters } },
        parse.conversations,
      ),
    getConversation: async (id, call) =>
      caller.json({ ...call, path: `/ai/conversations/${segment(id)}` }, parse.conversation),
    conversationCreator({ name, metadata }) {
      // The same key and the same bytes each time: the API then creates one conversation at most.
      const headers = { 'idempotency-key': options.randomId() };
      const body = JSON.stringify({ name, metadata });
      const create = { method: 'POST', path: '/ai/conversations', headers, body } as const;
      return (call): Promise<Conversation> =>
        caller.json({ ...call, ...create }, parse.conversation);
    },
    updateConversation: (id, metadata, call) => {
      const path = `/ai/conversations/${segment(id)}`;
      const body = JSON.stringify({ metadata });
      return caller.json({ ...call, method: 'PUT', path, body }, parse.conversation);
    },
    listMessages: (id, call) => messages(caller, id, call),
    history: (id, call) => history(caller, id, { call, clock: options.clock }),
    chat: (request, call) => chat(caller, request, call),
    close: () => options.transport.close(),
  };
}

const STREAMED = {
  headers: { accept: 'text/event-stream, application/json' },
  silenceMs: SILENCE_MS,
};

async function* chat(
  caller: Caller,
  request: TurnRequest,
  call: CallOptions,
): AsyncGenerator<ChatEvent> {
  const { assistantId, conversationId, text, speaker, stream } = request;
  const body = {
    content: text,
    conversation_id: conversationId,
    name: speaker,
    stream: stream || undefined,
  };
  const response = await caller.open({
    ...call,
    method: 'POST',
    path: `/ai/assistants/${segment(assistantId)}/chat`,
    ...(stream ? STREAMED : {}),
    body: JSON.stringify(body),
  });
  // Whatever was asked for, the answer's own type says what it is.
  if (/^text\/event-stream\b/i.test(response.headers['content-type'] ?? ''))
    yield* readReply(response.body);
  else yield { type: 'done', reply: await readJson(response, parse.reply) };
}
