import { hrtime, platform } from 'node:process';
import { createClient as createApi, type Client } from '../api/client.js';
import { proxyFor, createTransport } from '../api/transport.js';
import { systemClock } from '../process/clock.js';
import { Deadline, type CallOptions } from '../base/time.js';
import { retrying } from '../base/retry.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { createReplyText } from '../turn/turn-report.js';
import { takeTurn } from '../turn/turn.js';
import type { ReplyEvent, Turn } from '../turn/events.js';
import { AppError } from '../base/errors.js';
import { randomId } from '../process/random-id.js';
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
import type {
  AssistantCalls,
  CallSettings,
  ClientSettings,
  ConversationCalls,
  TelnyxChatClient,
  TurnInput,
} from './interface.js';

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
      for await (const page of api.listMessages(checkedId(id), options(settings))) {
        yield* page;
      }
    },
  };
}
