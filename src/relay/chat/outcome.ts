import { AppError } from '../../base/errors.js';
import { CoordinationError } from '../coordination/coordination.js';
import { errorBody, retryAfter } from '../http/answer.js';

/** What became of a turn, as its caller is told. */
export interface Outcome {
  status: number;
  /** JSON. */
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** The turn was run, or may have been: whoever sends it again is told the same. */
  isSettled: boolean;
  /** For the log. */
  error?: unknown;
}

export const START_FAILED = 'Failed to start conversation';
export const CHAT_FAILED = 'Failed to chat with assistant';

export function replied(conversationId: string, reply: string): Outcome {
  return {
    status: 200,
    body: JSON.stringify({ conversation_id: conversationId, reply }),
    isSettled: true,
  };
}

/** Why there is no reply. Without a conversation, creating it failed. */
export function failed(error: unknown, conversationId: string | undefined): Outcome {
  if (error instanceof CoordinationError) return notRun(error, conversationId);
  const message = conversationId === undefined ? START_FAILED : CHAT_FAILED;
  const status = statusOf(error);
  return {
    status,
    body: errorBody(message, conversationId),
    headers: waitOf(error, status),
    isSettled: conversationId !== undefined && mayHaveRun(error),
    error,
  };
}

function notRun(error: CoordinationError, conversationId: string | undefined): Outcome {
  const isFull = error.kind === 'queue_full';
  return {
    status: 503,
    body: errorBody(isFull ? TOO_MANY_WAIT : UNAVAILABLE, conversationId),
    headers: retryAfter(isFull ? SOON_MS : 5_000),
    isSettled: false,
    error,
  };
}

/** When to come again where nobody knows, in milliseconds. */
const SOON_MS = 1_000;
const TOO_MANY_WAIT = 'Too many turns of this conversation are waiting';
export const UNAVAILABLE = 'Service unavailable';

/**
 * What upstream said; 504 when it took too long, 502 when it wasn't reached or made no sense, 503 when
 * we ended it ourselves before it was run: 503 asks for another try.
 */
function statusOf(error: unknown): number {
  if (!(error instanceof AppError)) return 500;
  const { kind, details } = error;
  const { status } = details;
  if (status !== undefined && status >= 400 && status < 600) return status;
  if (kind === 'timeout') return 504;
  const isEndedByUs = kind === 'terminated' || kind === 'interrupted';
  return isEndedByUs && !mayHaveRun(error) ? 503 : 502;
}

/** 503 always says when to come again. */
function waitOf(error: unknown, status: number): Readonly<Record<string, string>> {
  const ms = error instanceof AppError ? error.details.retryAfterMs : undefined;
  if (ms === undefined && status !== 503) return {};
  return retryAfter(ms ?? SOON_MS);
}

/** A failure that nobody foresaw says nothing of the turn. */
function mayHaveRun(error: unknown): boolean {
  return !(error instanceof AppError) || error.details.delivery === 'unknown';
}
