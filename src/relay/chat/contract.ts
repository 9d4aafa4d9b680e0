import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import { AppError } from '../../base/errors.js';
import { parseJson } from '../../base/text/well-formed.js';
import { CoordinationError } from '../coordination/coordination.js';
import { Refusal, errorBody, retryAfter } from '../http/answer.js';

/** The body of `POST /chat`: what is checked here is what `/openapi.json` describes. */
export const CHAT_BODY = v.object({
  message: v.pipe(v.string(), v.regex(/\S/), v.description('What is said. Not blank.')),
  conversation_id: v.nullish(
    v.pipe(
      v.string(),
      v.description(
        'The conversation to continue, as an earlier answer named it. Without one, a conversation starts.',
      ),
    ),
  ),
  name: v.nullish(v.pipe(v.string(), v.description('The name of the person who is speaking.'))),
});

/** A trace context of W3C. */
export const TRACE_PARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** A request of `POST /chat`. */
export interface ChatRequest {
  message: string;
  /** As the caller got it, perhaps signed. */
  conversationId: string | undefined;
  /** The person who is speaking. */
  name: string | undefined;
}

/** Throws the 400s of the contract. */
export function parseChatRequest(body: Buffer): ChatRequest {
  const { success, output, issues } = v.safeParse(CHAT_BODY, objectIn(body));
  if (!success) {
    throw issues.every(isMissingMessage) ? new Refusal(400, 'message is required') : invalidBody();
  }
  // Some languages send an empty string for a missing id, and many libraries `null`.
  return {
    message: output.message,
    conversationId: output.conversation_id || undefined,
    name: output.name ?? undefined,
  };
}

/** Reads a body of another shape. Throws a 400. */
export function parseBody<T>(schema: v.GenericSchema<unknown, T>, body: Buffer): T {
  const { success, output } = v.safeParse(schema, objectIn(body));
  if (!success) throw invalidBody();
  return output;
}

/** The message is left out, `null` or blank, rather than of a wrong type. */
function isMissingMessage({ path, input, type }: v.BaseIssue<unknown>): boolean {
  const [first] = path ?? [];
  return first?.key === 'message' && (type === 'regex' || (input ?? undefined) === undefined);
}

function objectIn(body: Buffer): object {
  try {
    // Some languages begin their files, and their JSON, with a byte order mark.
    const text = isUtf8(body) ? body.toString('utf8').replace(/^\uFEFF/, '') : '';
    const value = parseJson(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Refused below, as other invalid bodies are.
  }
  throw invalidBody();
}

function invalidBody(): Refusal {
  return new Refusal(400, 'Invalid request body');
}

/** The result of a turn, as its caller gets it. */
export interface Outcome {
  status: number;
  /** JSON. */
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** The turn was run, or may have been: a repeated request gets the same outcome. */
  isSettled: boolean;
}

const START_FAILED = 'Failed to start conversation';
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
