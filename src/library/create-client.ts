import { hrtime, platform } from 'node:process';
import { createClient as createApi, type Client } from '../api/client.js';
import { proxyFor } from '../api/proxy.js';
import { createTransport } from '../api/transport.js';
import { systemClock } from '../clock.js';
import type { CallOptions } from '../core/conversation.js';
import { retrying } from '../core/delivery/retry.js';
import { TurnMemory } from '../core/delivery/turn-memory.js';
import { takeTurn } from '../core/delivery/turn.js';
import { checkedId } from '../core/ids.js';
import { checkedMessage } from '../core/message-text.js';
import type { ReplyEvent, Turn } from '../core/conversation.js';
import { AppError } from '../errors.js';
import { randomId } from '../random-id.js';
import { checkedSettings, checkedTimeout, type CheckedSettings } from './checked-settings.js';
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
 * @throws TelnyxChatError of kind `not_configured` without a key, `usage` for settings that cannot be
 * right.
 */
export function createClient(settings: ClientSettings): TelnyxChatClient {
  const checked = checkedSettings(settings);
  const api = openApi(checked);
  const memory = new TurnMemory();
  const options = callOptions(checked.timeoutMs);
  const turn = (input: TurnInput, stream: boolean): AsyncGenerator<ReplyEvent> =>
    takeTurn(api, checkedTurn(input, stream), { ...options(input), memory });
  return {
    takeTurn: async function* (input) {
      yield* turn(input, input.stream ?? true);
    },
    async send(input) {
      let whole: Turn | undefined;
      for await (const event of turn(input, input.stream ?? false)) {
        if (event.type === 'done') whole = event.turn;
      }
      if (whole) return whole;
      throw new AppError('bug', 'a turn ended without a reply');
    },
    assistants: assistantCalls(api, options),
    conversations: conversationCalls(api, options),
    close: () => api.close(),
  };
}

function openApi({ apiKey, baseUrl, proxy }: CheckedSettings): Client {
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
    transport,
    clock,
    randomId: () => randomId(platform),
  });
}

type OptionsOf = (settings?: CallSettings) => CallOptions;

/** What a call is bound by. */
function callOptions(timeoutMs: number): OptionsOf {
  return (settings = {}) => ({
    signal: settings.signal ?? new AbortController().signal,
    timeoutMs: settings.timeoutMs === undefined ? timeoutMs : checkedTimeout(settings.timeoutMs),
  });
}

function checkedTurn(input: TurnInput, stream: boolean): Parameters<typeof takeTurn>[1] {
  const { assistantId, conversationId, text, speaker, title, metadata } = input;
  return {
    assistantId: checkedId('assistant', assistantId),
    conversationId:
      conversationId === undefined ? undefined : checkedId('conversation', conversationId),
    text: checkedMessage(text),
    ...{ speaker, title, metadata, stream },
  };
}

function assistantCalls(api: Client, options: OptionsOf): AssistantCalls {
  return {
    list: async (settings) => api.listAssistants(options(settings)),
    get: async (id, settings) => api.getAssistant(id, options(settings)),
  };
}

function conversationCalls(api: Client, options: OptionsOf): ConversationCalls {
  return {
    list: async (filters = {}, settings) => api.listConversations(filters, options(settings)),
    get: async (id, settings) => api.getConversation(id, options(settings)),
    async create({ name, metadata = {} } = {}, settings) {
      const create = api.conversationCreator({ name, metadata });
      const call = options(settings);
      const deadline = api.clock.monotonic() + call.timeoutMs;
      return retrying(() => create(call), { clock: api.clock, signal: call.signal, deadline });
    },
    update: async (id, metadata, settings) =>
      api.updateConversation(id, metadata, options(settings)),
    delete: async (id, settings) => api.deleteConversation(id, options(settings)),
    messages: async function* (id, settings) {
      for await (const page of api.listMessages(id, options(settings))) yield* page;
    },
  };
}
