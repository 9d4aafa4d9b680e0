import { aiDisabled } from '../conversations/conversation.js';
import { DEFAULT_BASE_URL } from '../base/base-url.js';
import { AppError, type Delivery, type ErrorKind } from '../base/errors.js';
import { parseJson } from '../base/text/well-formed.js';
import type { HttpResponse } from './http.js';
import { isObject } from './wire.js';

export const WRONG_SERVER_HINT = 'check the base URL, and that no proxy answers in its place';

export interface Problem {
  code?: string;
  message?: string;
}

interface RefusalContext {
  now: Date;
  keyName: string;
  /** Below the base URL. */
  path: string;
}

/** A response outside 2xx as an AppError, by its status first: Telnyx's codes are not consistent. */
export function apiError(
  response: HttpResponse,
  body: string,
  { now, keyName, path }: RefusalContext,
): AppError {
  const { status, requestId } = response;
  const json = parsedJson(body);
  const { code, message } = problemIn(json);
  const retryAfterMs = retryAfter(response, now);
  const fromGateway = (status >= 500 && !isTelnyxError(json)) || undefined;
  // A gateway's own advice when to come back says nothing of the turn behind it.
  const isPutOff = status === 503 && retryAfterMs !== undefined && !fromGateway;
  const details = {
    status,
    code,
    requestId,
    hint: hintFor(status, retryAfterMs, { keyName, path }),
    delivery: isPutOff ? 'refused' : deliveryOf(status),
    retryAfterMs,
    fromGateway,
  };
  if (status === 400 && /ai_disabled|ai is disabled/i.test(body)) return aiDisabled(details);
  return new AppError(KINDS[status] ?? 'api', message ?? fallbackMessage(response, body), details);
}

const KINDS: Record<number, ErrorKind> = {
  401: 'auth',
  403: 'auth',
  404: 'not_found',
  429: 'rate_limited',
};

/** After 408 and 5xx the request may have run; any other refusal means that it did not. */
function deliveryOf(status: number): Delivery {
  return status === 408 || status >= 500 ? 'unknown' : 'refused';
}

/** Whether a body has one of the two shapes of Telnyx's errors. */
function isTelnyxError(body: unknown): boolean {
  const { errors, detail } = isObject(body) ? body : {};
  const [first] = [errors, detail].flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return isObject(first) && ['title', 'code', 'msg'].some((key) => first[key] !== undefined);
}

/** The first problem in either of the API's two error shapes. */
export function problemIn(body: unknown): Problem {
  const { errors, detail } = isObject(body) ? body : {};
  if (Array.isArray(errors) && isObject(errors[0])) return envelopeProblem(errors[0]);
  if (Array.isArray(detail) && isObject(detail[0])) return validationProblem(detail[0]);
  return typeof detail === 'string' ? { message: detail } : {};
}

function envelopeProblem({ code, title, detail }: Record<string, unknown>): Problem {
  const known = typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {};
  const more = typeof detail === 'string' || !detail ? detail : jsonOf(detail);
  const message = [title, more]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(': ');
  return message === '' ? known : { ...known, message };
}

function validationProblem({ loc, msg }: Record<string, unknown>): Problem {
  const field = Array.isArray(loc) ? loc.filter((part) => !isNested(part)).join('.') : '';
  const problem = typeof msg === 'string' ? msg : 'not valid';
  return { message: field === '' ? problem : `${field}: ${problem}` };
}

/** A detail nested deeper is not for a person, and older Nodes can't write one that never ends. */
const MAX_DEPTH = 20;

function jsonOf(value: unknown): string | undefined {
  return isDeeperThan(MAX_DEPTH, value) ? undefined : JSON.stringify(value);
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (!isNested(value)) return false;
  return depth === 0 || Object.values(value).some((each) => isDeeperThan(depth - 1, each));
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function parsedJson(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

function fallbackMessage({ status, headers }: HttpResponse, body: string): string {
  if (status >= 300 && status < 400)
    return `the API answered ${status}: a redirect, which is not followed`;
  // Telnyx sends no body for an unknown conversation; these are its words elsewhere.
  if (status === 404 && body.trim() === '') return 'Resource not found: the API says no more';
  const isHtml = /html/i.test(headers['content-type'] ?? '') || /^\s*</.test(body);
  return `the API answered ${status}${isHtml ? ' with a web page' : ''}`;
}

const WORKING_KEY = 'a key of the Telnyx portal, not expired or deleted';

/** Paths without an id: a 404 there means that the API is somewhere else. */
const PATH_WITHOUT_ID = /^\/ai\/(assistants|conversations)$/;
const MISPLACED_HINT = `check the base URL: that of Telnyx is ${DEFAULT_BASE_URL}, with /v2 at its end`;

const HINTS: Record<number, string> = {
  402: 'the account has no funds left: add some in the Telnyx portal',
  403: 'this key may not do that: check its permissions in the Telnyx portal',
  404: 'check the assistant id and the conversation id, and that the key is of the same account',
  429: 'wait a little and try again',
};

/** Other APIs of Telnyx answer so when their models are. */
const OVERLOADED = 529;

function hintFor(
  status: number,
  retryAfterMs: number | undefined,
  { keyName, path }: Pick<RefusalContext, 'keyName' | 'path'>,
): string | undefined {
  if (status === 401) return `check ${keyName}: ${WORKING_KEY}`;
  if (status === 404 && PATH_WITHOUT_ID.test(path)) return MISPLACED_HINT;
  if (status === 429 && retryAfterMs === MAX_WAIT_MS)
    return 'try again much later, as the API asks';
  if (status === 429 && retryAfterMs)
    return `wait ${Math.ceil(retryAfterMs / 1000)} s, as the API asks, and try again`;
  if (status === OVERLOADED) return 'the API is overloaded: wait a little and try again';
  if (status >= 500) return 'the API failed; see https://status.telnyx.com for outages';
  if (status >= 300 && status < 400) return 'check the base URL';
  return HINTS[status];
}

/** A longer wait is only told as one for later, in milliseconds (a day). */
const MAX_WAIT_MS = 24 * 60 * 60_000;
/** A larger number of seconds is a time since 1970. */
const MIN_EPOCH_S = 1_000_000_000;

/** Milliseconds to wait before a retry: `retry-after-ms`, `retry-after`, `x-ratelimit-reset`. */
function retryAfter({ status, headers }: HttpResponse, now: Date): number | undefined {
  const ms = numberIn(headers['retry-after-ms']);
  // Every response tells the reset of the limit; only a 429 has to wait for it.
  const reset = status === 429 ? headers['x-ratelimit-reset'] : undefined;
  const waitMs = ms ?? waitIn(headers['retry-after'], now) ?? waitIn(reset, now);
  return waitMs === undefined ? undefined : Math.min(Math.max(0, waitMs), MAX_WAIT_MS);
}

/** In seconds, as a date, or as a time in seconds (or milliseconds) since 1970. */
function waitIn(header: string | string[] | undefined, now: Date): number | undefined {
  const seconds = numberIn(header);
  if (seconds === undefined) {
    const isDate = typeof header === 'string' && /[a-z]/i.test(header);
    const date = isDate ? Date.parse(header) - now.getTime() : NaN;
    return Number.isFinite(date) ? date : undefined;
  }
  if (seconds < MIN_EPOCH_S) return seconds * 1000;
  return (seconds < MIN_EPOCH_S * 1000 ? seconds * 1000 : seconds) - now.getTime();
}

function numberIn(header: string | string[] | undefined): number | undefined {
  const value = typeof header === 'string' && header.trim() !== '' ? Number(header) : NaN;
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** A 2xx response that is not what the operation gives. The request ran, so a turn may be stored. */
export function unexpectedResponse(response: HttpResponse, body: string, cause: unknown): AppError {
  const { status, requestId } = response;
  return new AppError('api', `the API answered ${status} with ${describe(body, cause)}`, {
    status,
    requestId,
    hint: WRONG_SERVER_HINT,
    delivery: 'unknown',
    cause,
  });
}

function describe(body: string, cause: unknown): string {
  if (body.trim() === '') return 'nothing';
  if (/^\s*</.test(body)) return 'a web page instead of JSON';
  const isObject = !(cause instanceof SyntaxError) && body.trimStart().startsWith('{');
  return isObject ? 'JSON of another shape' : 'something that is not JSON';
}
