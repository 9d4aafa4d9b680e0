import type { Answer } from './answer.js';
import type { Message } from './records.js';
import type { OperationName } from './routes.js';
import type { ConversationStore } from './store.js';

/** One request as its operation sees it. */
export interface Call {
  operation: OperationName;
  /** The id in the path, '' where there is none. */
  id: string;
  query: URLSearchParams;
  body: Buffer;
  store: ConversationStore;
  /** How long the assistant takes to answer, in milliseconds. */
  latencyMs: number;
  /** Lets that time pass. */
  wait(): Promise<void>;
  /** Lets so many milliseconds pass; rejects when the sandbox closes. */
  pause(ms: number): Promise<void>;
  now(): Date;
  /** The messages of a conversation as they are listed. */
  view(messages: readonly Message[]): readonly Message[];
  /** The most messages on a page, whatever was asked for. */
  largestPage: number;
  /** Whether every assistant says that it retains no data. */
  isRetentionOff: boolean;
}

export type Operation = (call: Call) => Answer | Promise<Answer>;

/** Stands around an operation: runs it or not, and answers. */
export type Interceptor = (call: Call, run: Operation) => Answer | Promise<Answer>;
