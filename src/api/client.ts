import type {
  Assistant,
  CallOptions,
  ChatEvent,
  Conversation,
  History,
  Message,
  TurnPorts,
  TurnRequest,
} from '../core/conversation.js';
import { AppError } from '../errors.js';
import { createCaller, readJson, type Caller, type CallerOptions } from './caller.js';
import { readReply } from './reply-stream.js';
import { parse } from './wire.js';

/** Most messages that one page can hold. */
const PAGE_SIZE = 100;
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
  /** Removes a conversation. */
  deleteConversation(id: string, options: CallOptions): Promise<void>;
  /** Lets the process end. */
  close(): void;
}

export interface ClientOptions extends CallerOptions {
  /** Makes the idempotency key of a new conversation. */
  randomId: () => string;
}

export function createClient(options: ClientOptions): Client {
  const caller = createCaller(options);
  return {
    clock: options.clock,
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
    deleteConversation: async (id, call) =>
      caller.done({ ...call, method: 'DELETE', path: `/ai/conversations/${segment(id)}` }),
    listMessages: (id, call) => messages(messagePages(caller, id, call)),
    history: (id, call) => history(messagePages(caller, id, call)),
    chat: (request, call) => chat(caller, request, call),
    close: () => options.transport.close(),
  };
}

interface MessagePage {
  messages: Message[];
  /** In all pages, as this one says. */
  total: number | undefined;
  /** The server's clock, in milliseconds since 1970. */
  serverTime: number | undefined;
}

async function* messagePages(
  caller: Caller,
  conversationId: string,
  call: CallOptions,
): AsyncGenerator<MessagePage> {
  const path = `/ai/conversations/${segment(conversationId)}/messages`;
  for (let page = 1, pages = 1; page <= pages; page++) {
    const query = { 'page[size]': PAGE_SIZE, 'page[number]': page };
    const { data, meta, date } = await caller.json(
      { ...call, path, query },
      (body, { headers }) => ({
        ...parse.messagePage(body),
        date: headers.date,
      }),
    );
    const serverTime = Date.parse(date ?? '');
    yield {
      messages: data,
      total: meta.total_results,
      serverTime: Number.isNaN(serverTime) ? undefined : serverTime,
    };
    if (data.length === 0) return;
    pages = meta.total_pages;
  }
}

async function* messages(pages: AsyncIterable<MessagePage>): AsyncGenerator<Message[]> {
  for await (const page of pages) if (page.messages.length > 0) yield page.messages;
}

/**
 * All pages as one list; whole when each page's count of all messages is the number we have. Without
 * such counts, a full page may not be all.
 */
async function history(pages: AsyncIterable<MessagePage>): Promise<History> {
  const messages: Message[] = [];
  const totals = new Set<number>();
  let serverTime: number | undefined;
  for await (const page of pages) {
    messages.push(...page.messages);
    if (page.total !== undefined) totals.add(page.total);
    serverTime ??= page.serverTime;
  }
  const isCounted = totals.size > 0 || messages.length < PAGE_SIZE;
  const isWhole = isCounted && [...totals].every((total) => total === messages.length);
  return { messages, isWhole, serverTime };
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

/** What may not stand as it is in a segment of a path (RFC 3986). */
const OUTSIDE_SEGMENT = /[^\w\-.~!$&'()*+,;=:@]+/g;

/** One path segment. Throws on what no encoding keeps from meaning another path. */
function segment(id: string): string {
  if (!/^\.{0,2}$/.test(id)) return id.replace(OUTSIDE_SEGMENT, encodeURIComponent);
  throw new AppError('usage', `${JSON.stringify(id)} is not an id`, { delivery: 'not_sent' });
}
