import type { AppError } from '../errors.js';

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

/** One entry of a conversation as Telnyx keeps it. Messages have no id (FACTS.md 2). */
export interface Message {
  role: string;
  /** '' for a message that only calls tools. */
  text: string;
  createdAt: string;
  sentAt: string;
  toolCalls: ToolCall[];
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

/** A finished turn. */
export interface Turn {
  conversationId: string;
  reply: string;
  assistantId: string;
  newConversation: boolean;
  /** True when the reply was found in the conversation after its own answer was lost. */
  recovered: boolean;
  timing: {
    /** From the moment the turn was asked for to its first piece of text, in milliseconds. */
    firstTokenMs: number | null;
    totalMs: number;
  };
}

/** What a turn gives whoever shows it. */
export type ReplyEvent =
  | { type: 'start'; conversationId: string; newConversation: boolean }
  | { type: 'delta'; text: string }
  | { type: 'retry'; attempt: number; waitMs: number; error: AppError }
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

/** The calls a turn needs of Telnyx. Each rejects with an AppError that says what was delivered. */
export interface TurnPorts {
  clock: Clock;
  createConversation(conversation: NewConversation, signal: AbortSignal): Promise<Conversation>;
  chat(request: TurnRequest, signal: AbortSignal): AsyncIterable<ChatEvent>;
  getConversation(id: string, signal: AbortSignal): Promise<Conversation>;
}
