import { hrtime, platform } from 'node:process';
import { createClient as createApi, type Client } from '../api/client.js';
import { proxyFor, createTransport } from '../api/transport.js';
import { AppError } from '../base/errors.js';
import { retrying, Deadline, type CallOptions } from '../base/time.js';
import type { Assistant, Conversation, Message } from '../conversations/conversation.js';
import { systemClock, randomId } from '../process/system.js';
import type { ReplyEvent, Turn, TurnRequest } from '../turn/events.js';
import { pagesOf, type ReadPage } from '../conversations/messages.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { createReplyText } from '../turn/turn-report.js';
import { takeTurn } from '../turn/turn.js';
import {
  callSettings,
  checked,
  clientSettings,
  conversation,
  filters,
  replacement,
  text,
  turn,
} from './checks.js';

/** How a client reaches Telnyx. Nothing is read from the environment or from files. */
export interface ClientSettings {
  /** A key of the Telnyx portal. It is sent to `baseUrl` only, and is in no error. */
  apiKey: string;
  /** `https://api.telnyx.com/v2` by default. Plain `http:` is for loopback hosts only. */
  baseUrl?: string | undefined;
  /**
   * Timeout of each call, including all attempts of a turn, in milliseconds; 120 000 by default. The
   * search for a turn whose answer was lost may take up to 8 000 longer, and up to 30 000 while the
   * conversation cannot be read.
   */
  timeoutMs?: number | undefined;
  /** Such as `http://proxy.example:3128`, or a bare `host:port`. Never used for loopback hosts. */
  proxy?: string | undefined;
}

/** Settings of one call. */
export interface CallSettings {
  /** Aborted, the call throws a {@link TelnyxChatError} of kind `interrupted`. */
  signal?: AbortSignal | undefined;
  /** In milliseconds; the client's `timeoutMs` by default. */
  timeoutMs?: number | undefined;
}

/** One message to an assistant. */
export interface TurnInput extends CallSettings, Omit<TurnRequest, 'stream' | 'created'> {
  /** Whether the reply is requested piece by piece: true for `takeTurn`, false for `send` by default. */
  stream?: boolean | undefined;
}

/** The conversations to list, and their order. */
export interface ConversationFilters {
  /** At least 1; the API's own limit by default. */
  limit?: number | undefined;
  /** Such as `last_message_at.desc` or `created_at.asc`. */
  order?: string | undefined;
  /**
   * Column or `metadata->key`, to `operator.value` as in PostgREST:
   * `{ 'metadata->assistant_id': 'eq.assistant-1', created_at: 'gte.2025-01-01' }`.
   */
  where?: Record<string, string> | undefined;
}

/** The assistants of the account. They are read only. */
export interface AssistantCalls {
  list(settings?: CallSettings): Promise<Assistant[]>;
  get(id: string, settings?: CallSettings): Promise<Assistant>;
}

/** The conversations that Telnyx keeps, whatever channel they began on. */
export interface ConversationCalls {
  list(filters?: ConversationFilters, settings?: CallSettings): Promise<Conversation[]>;
  get(id: string, settings?: CallSettings): Promise<Conversation>;
  /** Creates at most one conversation, even when it needs several attempts. */
  create(
    conversation?: { name?: string | undefined; metadata?: Record<string, string> | undefined },
    settings?: CallSettings,
  ): Promise<Conversation>;
  /**
   * Replaces the metadata: pass the whole map. `ai_disabled: 'true'` silences the assistant until you
   * remove it.
   */
  update(
    id: string,
    metadata: Record<string, string>,
    settings?: CallSettings,
  ): Promise<Conversation>;
  delete(id: string, settings?: CallSettings): Promise<void>;
  /** All messages, fetched page by page as they are read. The API documents no order. */
  messages(id: string, settings?: CallSettings): AsyncGenerator<Message, void>;
}

/**
 * A Telnyx account. Every call throws a {@link TelnyxChatError}, whose `kind` says what went wrong:
 * `usage` for invalid arguments, which are not sent, `auth`, `not_found`, `rate_limited`,
 * `network`, `timeout`, `ai_disabled`, `api`, `interrupted`.
 */
export interface TelnyxChatClient {
  /**
   * One turn, delivered once: a message that did not reach Telnyx or was refused for now is sent again;
   * when an answer is lost, the conversation is searched for the turn and its reply. Nothing is sent
   * before the first event is requested, and leaving the loop cancels the request.
   *
   * Events: `start` with the conversation's id; `delta` for each piece of text; `retry` and `search` when
   * there is trouble; `done` with the finished turn. After a `search` or a `retry`, the pieces so far may
   * differ from the final reply, which is in `done`.
   *
   * Run the turns of one conversation one after another.
   *
   * @throws TelnyxChatError with `details.delivery`: `not_sent`, `refused`, or `unknown` when the turn
   * may have run; and with `details.conversationId` once there is one.
   */
  takeTurn(input: TurnInput): AsyncGenerator<ReplyEvent, void>;
  /**
   * The same, without events: resolves with the finished turn.
   *
   * @throws TelnyxChatError as `takeTurn` does.
   */
  send(input: TurnInput): Promise<Turn>;
  readonly assistants: AssistantCalls;
  readonly conversations: ConversationCalls;
  /** Closes the connections that are kept open between calls. A call after it throws `usage`. */
  close(): void;
}

/**
 * A client of one account. It keeps connections open between calls: `close()` it at the end.
 *
 * @throws TelnyxChatError of kind `not_configured` without a key, `usage` for invalid settings.
 */
export function createClient(settings: ClientSettings): TelnyxChatClient {
  const { timeoutMs, ...account } = checked(
    clientSettings,
    settings,
    'the settings of createClient',
  );
  const api = openApi(account);
  const memory = new TurnMemory();
  let isClosed = false;
  const options = callOptions(timeoutMs, () => isClosed);
  const start = (input: TurnInput, isStreamed: boolean): AsyncGenerator<ReplyEvent> => {
    const { stream = isStreamed, ...request } = checked(turn, input, 'the turn');
    return takeTurn(api, { ...request, stream }, { ...options(input), memory });
  };
  return {
    takeTurn: async function* (input) {
      yield* withWholeText(start(input, true));
    },
    async send(input) {
      let finished: Turn | undefined;
      for await (const event of start(input, false)) {
        if (event.type === 'done') finished = event.turn;
      }
      if (finished) return finished;
      throw new AppError('bug', 'a turn ended without a reply');
    },
    assistants: assistantCalls(api, options),
    conversations: conversationCalls(api, options, memory),
    close() {
      isClosed = true;
      api.close();
    },
  };
}

/** The deltas have the whole reply in the end, also what was found again or came only with `done`. */
async function* withWholeText(
  events: AsyncGenerator<ReplyEvent>,
): AsyncGenerator<ReplyEvent, void> {
  const reply = createReplyText();
  for await (const event of events) {
    const text = reply.next(event);
    if (event.type === 'done' && text !== '') yield { type: 'delta', text };
    yield event;
  }
}

interface ApiSettings {
  apiKey: string;
  baseUrl: string;
  proxy?: string | undefined;
}

/** The API of one account. */
export function openApi({ apiKey, baseUrl, proxy }: ApiSettings): Client {
  const clock = systemClock(hrtime);
  const url = new URL(baseUrl);
  const transport = createTransport({
    baseUrl,
    proxy: proxyFor(url, { https_proxy: proxy, http_proxy: proxy }),
    clock,
  });
  return createApi({
    apiKey,
    keyName: 'apiKey',
    timeoutName: 'a larger timeoutMs',
    transport,
    clock,
    randomId: () => randomId(platform),
  });
}

type OptionsOf = (settings?: CallSettings) => CallOptions;

/** Signal and timeout of each call. */
function callOptions(timeoutMs: number, isClosed: () => boolean): OptionsOf {
  return (settings) => {
    if (isClosed()) {
      throw new AppError('usage', 'the client is closed', {
        hint: 'call close() after the last call; createClient makes another client',
      });
    }
    const given = checked(callSettings, settings, 'the settings of a call');
    return {
      signal: given.signal ?? new AbortController().signal,
      timeoutMs: given.timeoutMs ?? timeoutMs,
    };
  };
}

function checkedId(id: unknown): string {
  return checked(text, id, 'id');
}

function assistantCalls(api: Client, options: OptionsOf): AssistantCalls {
  return {
    list: async (settings) => api.listAssistants(options(settings)),
    get: async (id, settings) => api.getAssistant(checkedId(id), options(settings)),
  };
}

function conversationCalls(api: Client, options: OptionsOf, memory: TurnMemory): ConversationCalls {
  return {
    list: async (given, settings) =>
      api.listConversations(checked(filters, given, 'the filters'), options(settings)),
    get: async (id, settings) => api.getConversation(checkedId(id), options(settings)),
    async create(given, settings) {
      const create = api.conversationCreator(checked(conversation, given, 'the conversation'));
      const { clock } = api;
      const { signal, timeoutMs } = options(settings);
      const deadline = new Deadline(clock, timeoutMs);
      const created = await retrying(create, { clock, signal, deadline });
      memory.begin(created.id, { ...created, isShared: true });
      return created;
    },
    async update(id, given, settings) {
      const { metadata } = checked(replacement, { metadata: given }, 'metadata');
      return api.updateConversation(checkedId(id), metadata, options(settings));
    },
    delete: async (id, settings) => api.deleteConversation(checkedId(id), options(settings)),
    messages: async function* (id, settings) {
      const conversationId = checkedId(id);
      const call = options(settings);
      const read: ReadPage = (number) => api.getMessages(conversationId, { ...call, number });
      for await (const { messages } of pagesOf(read)) yield* messages;
    },
  };
}
