import type { AppError } from '../base/errors.js';
import type { Clock, CallOptions } from '../base/time.js';
import type {
  Assistant,
  Conversation,
  NewConversation,
  History,
} from '../conversations/conversation.js';
import type { ServerClock } from './server-clock.js';

/** What one turn sends. */
export interface TurnRequest {
  assistantId: string;
  conversationId: string;
  text: string;
  /** The API's `name`: who is speaking. */
  speaker?: string | undefined;
  /** Ask for the reply piece by piece. */
  stream: boolean;
}

/** What the API answers to one request for a turn: pieces while they come, then the whole reply. */
export type ChatEvent = { type: 'delta'; text: string } | { type: 'done'; reply: string };

/** What delivering a turn gives: the API's answer, and word of each try that has to be repeated. */
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
  /** True when the reply was found in the conversation after its own answer was lost. */
  recovered: boolean;
  /** Milliseconds since the turn was asked for. */
  timing: { firstTokenMs: number; totalMs: number };
}

/** What a turn gives whoever shows it. */
export type ReplyEvent =
  | { type: 'start'; conversationId: string; newConversation: boolean }
  | Exclude<ReplyPart, { type: 'done' | 'found' }>
  | { type: 'done'; turn: Turn };

/** The calls a turn needs of Telnyx. Each rejects with an AppError that says what was delivered. */
export interface TurnPorts {
  clock: Clock;
  /** What all answers so far tell of the server's time. */
  serverClock: ServerClock;
  /** A function that creates one conversation, and still only one when called again. */
  conversationCreator(
    conversation: NewConversation,
  ): (options: CallOptions) => Promise<Conversation>;
  chat(request: TurnRequest, options: CallOptions): AsyncIterable<ChatEvent>;
  getConversation(id: string, options: CallOptions): Promise<Conversation>;
  getAssistant(id: string, options: CallOptions): Promise<Assistant>;
  history(conversationId: string, options: CallOptions): Promise<History>;
}
