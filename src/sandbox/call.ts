import type { Answer } from './answer.js';
import type { ConversationStore } from './store.js';

/** One request as its operation sees it. */
export interface Call {
  /** The id in the path, '' where there is none. */
  id: string;
  query: URLSearchParams;
  body: Buffer;
  store: ConversationStore;
  /** How long the assistant takes to answer, in milliseconds. */
  latencyMs: number;
  /** Lets that time pass. */
  wait(): Promise<void>;
}

export type Operation = (call: Call) => Answer | Promise<Answer>;
