import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to the relay and its response. */
export interface Call {
  /** In the log and in the response's `X-Request-Id`. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The caller sends the body only after a `100 Continue`. */
  readonly expectsContinue: boolean;
  /** Reading of the monotonic clock. */
  readonly startedAt: number;
  readonly facts: CallFacts;
  /**
   * Set by the chat route when the turn goes on without its caller, because of an idempotency key. The call is
   * reported when both this and the response have ended. Never rejects.
   */
  turnEnd?: Promise<void>;
}

/** Facts for the log and the metrics, each set by the step that learns it. */
export interface CallFacts {
  /** The path, if it is one of the relay's. */
  route?: string;
  /** The name of the token, where there are tokens. */
  caller?: string;
  /** The API's id of the conversation. */
  conversationId?: string | undefined;
  /** Time spent waiting for earlier turns of the conversation, in milliseconds. */
  waitedMs?: number;
  /** The answer is the stored one of an earlier request with the same idempotency key. */
  isReplay?: boolean;
  /** For the log only: callers never see it. */
  error?: unknown;
  /** To be redacted from the log. */
  message?: string;
  /** The part of the reply that has arrived; to be redacted from the log. */
  reply?: string;
}

const ACCEPTED = /^[\w.:-]{1,64}$/;

/** Gives each request an id: the caller's own `X-Request-Id` if it is acceptable, else a new one. */
export function requestIds(): (request: IncomingMessage) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && ACCEPTED.test(given) ? given : `${prefix}-${++count}`;
  };
}

/** A UUID v4. Node draws its random numbers many at a time, which suits a process that needs many. */
export function uniqueId(): string {
  return randomUUID();
}
