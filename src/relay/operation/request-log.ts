import { AppError } from '../../base/errors.js';
import { CoordinationError } from '../coordination/coordination.js';
import { statusOnSocket } from '../http/answer.js';
import type { Call, CallFacts } from '../state.js';
import type { Level, Log } from './log.js';

/** As nginx logs a request whose caller left before the answer. */
const CALLER_LEFT = 499;
/** An error text is cut to this length, then redacted, then cut to the length for the log. */
const MAX_REDACTED_LENGTH = 4_000;
const MAX_LOGGED_LENGTH = 500;
/** Probes come every few seconds, and matter only when they fail. */
const PROBES = ['/health', '/ready', '/metrics'];

/** Logs one request, without any message, reply, token or key. */
export function logRequest(log: Log, call: Call, totalMs: number): void {
  const level = levelOf(call);
  if (log.isLevelEnabled(level)) log[level](requestEntry(call, totalMs), 'request');
}

/** The status of the answer; of a stream, whether its turn succeeded. */
export function statusOf({ request, response, facts }: Call): number {
  if (!response.writableFinished) return statusOnSocket(request.socket) ?? CALLER_LEFT;
  return facts.status ?? response.statusCode;
}

function levelOf(call: Call): Level {
  if (call.facts.isCutOff) return 'warn';
  const status = statusOf(call);
  const upstream = upstreamStatus(call.facts);
  if (upstream === 401 || upstream === 403) return 'error';
  if (upstream !== undefined) return status === 500 ? 'error' : 'warn';
  if (status >= 500) return status === 500 ? 'error' : 'warn';
  return PROBES.includes(call.facts.route ?? '') ? 'debug' : 'info';
}

/** With which Telnyx refused, or failed. */
function upstreamStatus({ error }: CallFacts): number | undefined {
  return error instanceof AppError ? error.details.status : undefined;
}

function requestEntry(call: Call, totalMs: number): object {
  const { id, request, facts } = call;
  return {
    id,
    method: request.method,
    route: facts.route,
    // Without its query, which may hold secrets.
    path: facts.route === undefined ? shortened(request.url?.split('?', 1)[0]) : undefined,
    status: statusOf(call),
    ms: roundedToTenths(totalMs),
    waited_ms: facts.waitedMs && roundedToTenths(facts.waitedMs),
    remote: facts.remote,
    user_agent: shortened(request.headers['user-agent']),
    caller: facts.caller,
    conversation_id: facts.conversationId,
    replayed: facts.isReplay,
    cut_off: facts.isCutOff,
    error: facts.error === undefined ? undefined : errorEntry(facts.error, facts),
  };
}

const MAX_HEADER_LENGTH = 200;

function shortened(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_HEADER_LENGTH);
}

function errorEntry(error: unknown, { message = '', reply = '' }: CallFacts): object {
  const redacted = (text = ''): string =>
    redact(redact(text.slice(0, MAX_REDACTED_LENGTH), message), reply).slice(0, MAX_LOGGED_LENGTH);
  const redactedId = (id: string | undefined): string | undefined => id && redacted(id);
  if (!(error instanceof Error)) return { message: redacted(String(error)) };
  if (error instanceof CoordinationError) {
    return { kind: error.kind, message: redacted(error.message) };
  }
  if (!(error instanceof AppError)) {
    return { name: error.name, message: redacted(error.message), stack: redacted(error.stack) };
  }
  const { status, code, requestId, delivery } = error.details;
  return {
    kind: error.kind,
    message: redacted(error.message),
    delivery,
    upstream: { status, code: redactedId(code), request_id: redactedId(requestId) },
  };
}

function roundedToTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

const REDACTED = '…';
/** A shorter secret is part of many words, so only the whole word is redacted. */
const MIN_SUBSTRING = 4;
/** That many characters in common are no coincidence. */
const BLOCK = 12;

/** Removes a secret from a text, as it is and as JSON. A text with only a part of it is redacted as a whole. */
export function redact(text: string, secret: string): string {
  if (secret.trim() === '') return text;
  const asJson = JSON.stringify(secret).slice(1, -1);
  const rest = without(without(text, secret), asJson);
  return hasPartOf(rest, secret) || hasPartOf(rest, asJson) ? REDACTED : rest;
}

function without(text: string, secret: string): string {
  if (secret.length >= MIN_SUBSTRING) return text.replaceAll(secret, REDACTED);
  const literal = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return text.replace(
    new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu'),
    REDACTED,
  );
}

/** Compares blocks of the secret, since it may be long: any part of twice a block's length holds a whole one. */
function hasPartOf(text: string, secret: string): boolean {
  const parts = new Set<string>();
  for (let at = 0; at + BLOCK <= text.length; at++) parts.add(text.slice(at, at + BLOCK));
  for (let at = 0; at + BLOCK <= secret.length; at += BLOCK) {
    if (parts.has(secret.slice(at, at + BLOCK))) return true;
  }
  return false;
}
