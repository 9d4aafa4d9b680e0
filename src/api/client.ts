import type { CallOptions } from '../base/time.js';
import type { ConversationsApi } from '../conversations/conversation.js';
import type { ChatAnswer, ChatEvent, SentTurn, TurnPorts } from '../turn/events.js';
import { ServerClock } from '../turn/server-clock.js';
import { readJson, type Caller, createCaller, type CallerOptions } from './caller.js';
import {
  conversationPath,
  conversationCreator,
  createShared,
  history,
  messageAdder,
  messagePage,
} from './conversations.js';
import { segment, type HttpResponse } from './http.js';
import { replyIn, SeenEvents, shapeOf } from './reply-shapes.js';
import { readReply } from './reply-stream.js';
import { parse } from './wire.js';

/** The Telnyx AI Assistants API: one method an operation. All of them reject with AppErrors. */
export interface Client extends ConversationsApi, TurnPorts {
  /** For the operations that few programs need: they are in files of their own. */
  readonly caller: Caller;
  /** Lets the process end. */
  close(): void;
}

export interface ClientOptions extends Omit<CallerOptions, 'serverClock'> {
  /** Makes the idempotency keys of what is created. */
  randomId: () => string;
  /** Told which events and property names a reply was made of, without their text. */
  onReply?: ((seen: string) => void) | undefined;
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
      caller.json({ ...call, path: conversationPath(id) }, parse.conversation),
    conversationCreator: (conversation) =>
      conversationCreator(caller, conversation, options.randomId()),
    createShared: (conversation, call) => createShared(caller, conversation, call),
    updateConversation: async (id, metadata, call) => {
      const body = JSON.stringify({ metadata });
      const update = { ...call, method: 'PUT', path: conversationPath(id), body } as const;
      return caller.json(update, parse.conversation);
    },
    deleteConversation: async (id, call) =>
      caller.done({ ...call, method: 'DELETE', path: conversationPath(id) }),
    getMessages: (id, call) => messagePage(caller, id, call),
    history: (id, call) => history(caller, id, { call, clock: options.clock }),
    messageAdder: (message) => messageAdder(caller, message, options.randomId()),
    listInsights: async (id, call) =>
      caller.json(
        { ...call, path: `${conversationPath(id)}/conversations-insights` },
        parse.insights,
      ),
    chat: (request, call) => chat(caller, request, [call, options.onReply]),
    caller,
    close: () => options.transport.close(),
  };
}

/** Between two pieces of a stream, in milliseconds. */
const SILENCE_MS = 30_000;

const STREAM_HEADERS = { accept: 'text/event-stream, application/json' };

/** One request for a turn. */
async function chat(
  caller: Caller,
  request: SentTurn,
  [call, onReply]: [CallOptions, ClientOptions['onReply']],
): Promise<ChatAnswer> {
  const { assistantId, conversationId, text, speaker, stream, traceparent } = request;
  const usual = stream ? STREAM_HEADERS : undefined;
  const body = {
    content: text,
    conversation_id: conversationId,
    name: speaker,
    stream: stream || undefined,
  };
  const response = await caller.open({
    signal: call.signal,
    timeoutMs: call.timeoutMs,
    method: 'POST',
    path: `/ai/assistants/${segment(assistantId)}/chat`,
    headers: traceparent === undefined ? usual : { ...usual, traceparent },
    silenceMs: stream ? SILENCE_MS : undefined,
    body: JSON.stringify(body),
  });
  // The response's own type decides, whatever was asked for.
  const isStream = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
  const seen = onReply && new SeenEvents();
  if (isStream) return events(caller, response, [seen, onReply]);
  try {
    return await readJson(response, (reply) => {
      seen?.noteShape(shapeOf(reply));
      return replyIn(reply);
    });
  } catch (error) {
    throw caller.presentable(error);
  } finally {
    onReply?.(`reply: ${String(seen)}`);
  }
}

async function* events(
  caller: Caller,
  { body }: HttpResponse,
  [seen, onReply]: [SeenEvents | undefined, ClientOptions['onReply']],
): AsyncGenerator<ChatEvent> {
  try {
    yield* readReply(body, seen && ((...event) => seen.note(...event)));
  } catch (error) {
    throw caller.presentable(error);
  } finally {
    onReply?.(`stream: ${String(seen)}`);
  }
}
