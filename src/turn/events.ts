import { AppError } from '../base/errors.js';
import type { Clock, CallOptions } from '../base/time.js';
import { wellFormed } from '../base/text/well-formed.js';
import type { Conversation, ConversationsApi } from '../conversations/conversation.js';
import type { ServerClock } from './server-clock.js';

/** One message to an assistant. */
export interface TurnRequest {
  assistantId: string;
  /** The conversation to continue. Without one, the turn starts a new conversation. */
  conversationId?: string | undefined;
  /** Not blank, at most 1 MiB of UTF-8, and sent unchanged. */
  text: string;
  /** The person who is speaking: the API's `name`. */
  speaker?: string | undefined;
  /** W3C trace context, passed on. */
  traceparent?: string | undefined;
  /** Whether the reply is requested piece by piece. */
  stream: boolean;
  /** The conversation was created for this turn, as it was then; turns of other processes may share it. */
  created?: Pick<Conversation, 'id' | 'lastMessageAt'> | undefined;
  /** The name of a new conversation. */
  title?: string | undefined;
  /** Of a new conversation. `assistant_id` is set to the assistant. */
  metadata?: Record<string, string> | undefined;
}

/** A turn as it is sent: its conversation exists. */
export interface SentTurn extends Pick<
  TurnRequest,
  'assistantId' | 'text' | 'speaker' | 'stream' | 'traceparent'
> {
  conversationId: string;
}

/** The API's answer to one request for a turn: pieces as they come, then the whole reply. */
export type ChatEvent = { type: 'delta'; text: string } | { type: 'done'; reply: string };

/** The whole reply, or its events when it is streamed. */
export type ChatAnswer = string | AsyncIterable<ChatEvent>;

/** The API's answer, and an event for each attempt that has to be repeated. */
export type ReplyPart =
  | ChatEvent
  | { type: 'retry'; attempt: number; waitMs: number; error: AppError }
  /** The answer was lost; the conversation is searched for the turn. */
  | { type: 'search'; error: AppError }
  /** The turn was found in the conversation, with its reply. */
  | { type: 'found'; reply: string };

/** A finished turn. */
export interface Turn {
  conversationId: string;
  reply: string;
  assistantId: string;
  newConversation: boolean;
  /** True when the answer was lost and the reply was then found in the conversation. */
  recovered: boolean;
  /** Milliseconds since the turn was asked for. */
  timing: { firstTokenMs: number; totalMs: number };
}

/** The events of a turn, for every consumer: terminal, pipe, relay, library. */
export type ReplyEvent =
  | { type: 'start'; conversationId: string; newConversation: boolean }
  | Exclude<ReplyPart, { type: 'done' | 'found' }>
  | { type: 'done'; turn: Turn };

/** The calls of Telnyx that a turn needs. Each rejects with an AppError that has a `delivery`. */
export interface TurnPorts extends Pick<
  ConversationsApi,
  'conversationCreator' | 'getConversation' | 'getAssistant' | 'history'
> {
  clock: Clock;
  /** The server's time, estimated from all answers so far. */
  serverClock: ServerClock;
  chat(turn: SentTurn, options: CallOptions): ChatAnswer | Promise<ChatAnswer>;
}

/**
 * The same events, but the first one is requested at once: other parts of the program load while the
 * request is under way.
 */
export function startedEarly<Event>(events: AsyncGenerator<Event>): AsyncGenerator<Event> {
  const first = events.next();
  // A failure is thrown when the events are read.
  first.catch(() => undefined);
  return continued(first, events);
}

async function* continued<Event>(
  first: Promise<IteratorResult<Event>>,
  events: AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  try {
    for (let next = await first; !next.done; next = await events.next()) yield next.value;
  } finally {
    await events.return(undefined);
  }
}

/** In bytes of UTF-8 (1 MiB). It is our own limit: Telnyx documents none. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Returns the message when it can be sent, unchanged where it is well-formed Unicode. */
export function checkedMessage(text: string): string {
  if (text.trim() === '') {
    throw new AppError('usage', 'message is required', {
      hint: 'it is blank: check the variable or the command it comes from',
    });
  }
  if (text.includes('\0')) {
    throw new AppError('usage', 'the message contains a NUL byte', {
      hint: 'send text; a NUL byte usually means that the input is a binary file',
    });
  }
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) throw messageTooLong();
  return wellFormed(text);
}

export function messageTooLong(): AppError {
  return new AppError('usage', 'the message is longer than 1 MiB', {
    hint: 'split it into several messages of one conversation',
  });
}
