import type { AppError } from '../errors.js';
import type { ServerClock } from './delivery/server-clock.js';

export interface Assistant {
  id: string;
  name: string;
  model: string;
  instructions: string;
  greeting: string;
  /** ISO 8601, or '' when the API gave none. */
  createdAt: string;
  /** False when the assistant's privacy settings keep no history of conversations. */
  dataRetention: boolean;
}

export interface Conversation {
  id: string;
  name: string;
  metadata: Record<string, string>;
  createdAt: string;
  lastMessageAt: string;
}

export interface ToolCall {
  id: string;
  name: string;
  /** JSON, as the model wrote it: not checked. */
  arguments: string;
}

/** One entry of a conversation as Telnyx keeps it. Messages have no id. */
export interface Message {
  role: string;
  /** '' for a message that only calls tools. */
  text: string;
  createdAt: string;
  sentAt: string;
  toolCalls: ToolCall[];
}

/** A page of a conversation's messages. */
export interface MessagePage {
  messages: Message[];
  /** In all pages, as this one says. */
  total: number | undefined;
  /** How many pages there are, as this one says. */
  pages: number;
}

/** A message to be added as it is: the assistant does not run. */
export interface NewMessage {
  conversationId: string;
  role: 'assistant' | 'user';
  text: string;
  /** The API's `name`: who is speaking. */
  speaker?: string | undefined;
}

/** What the API made of a conversation after it. */
export interface Insight {
  id: string;
  /** `pending`, `in_progress`, `completed` or `failed`. */
  status: string;
  createdAt: string;
  /** `result` may be JSON; null where there is none. */
  results: { insightId: string; result: string | null }[];
}

export interface ConversationFilters {
  /** At most so many, 1 or more. */
  limit?: number | undefined;
  /** Such as `last_message_at.desc`. */
  order?: string | undefined;
  /** Column or `metadata->key` to `operator.value`, such as `eq.abc` or `gte.2025-01-01`. */
  where?: Record<string, string> | undefined;
}

/** A conversation that was created for all who ask for it. */
export interface SharedConversation {
  conversation: Conversation;
  /** It was created earlier: by now it may be gone, or be another's. */
  isReplay: boolean;
}

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

/** Time as a port, so that waiting can be tested without waiting. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only go forward; the zero point means nothing. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface NewConversation {
  name?: string | undefined;
  metadata: Record<string, string>;
}

export interface CallOptions {
  signal: AbortSignal;
  /** Bound on the whole call, in milliseconds. */
  timeoutMs: number;
}

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

/** The messages of a conversation, as the API listed them. */
export interface History {
  messages: Message[];
  /** As many as the list itself says there are. */
  isWhole: boolean;
}
