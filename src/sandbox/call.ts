import type { Answer } from './answer.js';
import type { Script } from './scripted-assistant.js';
import type { Message, SandboxStore } from './store.js';

/** One request as its operation sees it. Faults pass on a changed copy of it. */
export interface Call {
  /** The name of the operation, such as `chat`. */
  operation: string;
  /** The id in the path, empty where there is none. */
  id: string;
  /** The second id in the path, empty where there is none. */
  subId: string;
  query: URLSearchParams;
  body: Buffer;
  store: SandboxStore;
  /** The assistant. */
  script: Script;
  now(): Date;
  /** Rejects when the sandbox closes. */
  sleep(ms: number): Promise<void>;
  /** How long the assistant takes to answer. */
  latencyMs: number;
  /** Waits until the assistant answers. */
  waitForReply(): Promise<void>;
  /** The messages of a conversation as they are listed. */
  listed(messages: readonly Message[]): readonly Message[];
  /** Limits the page size that was asked for. */
  maxPageSize: number;
  /** Whether every assistant says that it retains no data. */
  isRetentionOff: boolean;
  /** Whether an assistant that retains no data refuses to chat. */
  needsRetention: boolean;
}

export type Operation = (call: Call) => Answer | Promise<Answer>;

/** Stands around an operation: runs it or not, and answers. */
export type Interceptor = (call: Call, run: Operation) => Answer | Promise<Answer>;

/** The operation with interceptors around it, the first the innermost. */
export function surround(run: Operation, interceptors: readonly Interceptor[]): Operation {
  return interceptors.reduce<Operation>(
    (inner, intercept) => (call) => intercept(call, inner),
    run,
  );
}
