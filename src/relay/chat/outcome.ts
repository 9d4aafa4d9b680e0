import { AppError } from '../../base/errors.js';
import { CoordinationError } from '../coordination/coordination.js';
import { errorBody, retryAfter } from '../http/answer.js';

/** The result of a turn, as its caller gets it. */
export interface Outcome {
  status: number;
  /** JSON. */
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** The turn was run, or may have been: a repeated request gets the same outcome. */
  isSettled: boolean;
}

export const START_FAILED = 'Failed to start conversation';
export const CHAT_FAILED = 'Failed to chat with assistant';
export const UNAVAILABLE = 'Service unavailable';
const QUEUE_FULL = 'Too many turns of this conversation are waiting';

/** The default of `Retry-After`, in milliseconds. */
const RETRY_MS = 1_000;
const UNAVAILABLE_RETRY_MS = 5_000;

export function replied(conversationId: string, reply: string): Outcome {
  return {
    status: 200,
    body: JSON.stringify({ conversation_id: conversationId, reply }),
    isSettled: true,
  };
}

/** The outcome of a turn that failed. Without a conversation id, creating the conversation failed. */
export function failed(error: unknown, conversationId: string | undefined): Outcome {
  if (error instanceof CoordinationError) return notRun(error, conversationId);
  const message = conversationId === undefined ? START_FAILED : CHAT_FAILED;
  const status = statusFor(error);
  return {
    status,
    body: errorBody(message, conversationId),
    headers: retryHeaders(error, status),
    isSettled: conversationId !== undefined && mayHaveRun(error),
  };
}

function notRun({ kind }: CoordinationError, conversationId: string | undefined): Outcome {
  const isFull = kind === 'queue_full';
  return {
    status: 503,
    body: errorBody(isFull ? QUEUE_FULL : UNAVAILABLE, conversationId),
    headers: retryAfter(isFull ? RETRY_MS : UNAVAILABLE_RETRY_MS),
    isSettled: false,
  };
}

/**
 * Upstream's own status; 504 after a timeout; 503, which invites a retry, when the relay stopped the turn
 * before it was run; else 502.
 */
function statusFor(error: unknown): number {
  if (!(error instanceof AppError)) return 500;
  const { kind, details } = error;
  const { status } = details;
  if (status !== undefined && status >= 400 && status < 600) return status;
  if (kind === 'timeout') return 504;
  const isStopped = kind === 'terminated' || kind === 'interrupted';
  return isStopped && !mayHaveRun(error) ? 503 : 502;
}

/** A 503 always has a `Retry-After`. */
function retryHeaders(error: unknown, status: number): Readonly<Record<string, string>> {
  const ms = error instanceof AppError ? error.details.retryAfterMs : undefined;
  if (ms === undefined && status !== 503) return {};
  return retryAfter(ms ?? RETRY_MS);
}

/** After an unexpected failure, nobody knows. */
function mayHaveRun(error: unknown): boolean {
  return !(error instanceof AppError) || error.details.delivery === 'unknown';
}
