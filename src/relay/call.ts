import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to the relay and its answer. */
export interface Call {
  /** What the log knows it by; the caller is told. */
  id: string;
  request: IncomingMessage;
  response: ServerResponse;
  /** The caller sends the body only when asked to. */
  expectsContinue: boolean;
  /** Reading of the monotonic clock. */
  startedAt: number;
  facts: Facts;
  /** What to do when the caller goes away before the answer is out. */
  onLeft?: (() => void) | undefined;
  /** Its turn goes on when the caller has left, and is reported when it ends. */
  goesOn?: boolean;
  /** What to do then, if the caller has left. */
  onEnded?: () => void;
}

/** What becomes known of a call, for the log and the metrics. */
export interface Facts {
  /** One of our paths; none for any other. */
  route?: string;
  /** The name of the token, where there are tokens. */
  caller?: string;
  conversationId?: string | undefined;
  /** How long it waited for earlier turns of its conversation, in milliseconds. */
  waitedMs?: number;
  /** Answered with what was stored for its key. */
  isReplay?: boolean;
  /** What went wrong; never shown to the caller. */
  error?: unknown;
  /** No log may have it. */
  message?: string;
  /** What was streamed of it so far; no log may have it. */
  reply?: string;
}
