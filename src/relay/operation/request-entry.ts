import { AppError } from '../../base/errors.js';
import type { Call, Facts } from '../call.js';
import { CoordinationError } from '../coordination/coordination.js';
import { hide } from './hide.js';

/** Nobody was there any more to be answered: as nginx has it. */
const CALLER_LEFT = 499;
const LONGEST_DETAIL = 500;
/** So much of a detail is looked at. */
const LONGEST_READ = 4_000;

/** The status of what was answered. */
export function statusOf({ response }: Call): number {
  return response.writableFinished ? response.statusCode : CALLER_LEFT;
}

/** One request as the log has it: never a message, a reply or a key. */
export function requestEntry(call: Call, totalMs: number): object {
  const { id, request, facts } = call;
  return {
    id,
    method: request.method,
    route: facts.route,
    status: statusOf(call),
    ms: tenths(totalMs),
    waited_ms: facts.waitedMs && tenths(facts.waitedMs),
    caller: facts.caller,
    conversation_id: facts.conversationId,
    replayed: facts.isReplay,
    error: facts.error === undefined ? undefined : errorEntry(facts.error, facts),
  };
}

function errorEntry(error: unknown, { message = '', reply = '' }: Facts): object {
  const hidden = (text = ''): string =>
    hide(hide(text.slice(0, LONGEST_READ), message), reply).slice(0, LONGEST_DETAIL);
  const hiddenId = (id: string | undefined): string | undefined => id && hidden(id);
  if (!(error instanceof Error)) return { message: hidden(String(error)) };
  if (error instanceof CoordinationError) {
    return { kind: error.kind, message: hidden(error.message) };
  }
  if (!(error instanceof AppError)) {
    return { name: error.name, message: hidden(error.message), stack: hidden(error.stack) };
  }
  const { status, code, requestId, delivery } = error.details;
  return {
    kind: error.kind,
    message: hidden(error.message),
    delivery,
    upstream: { status, code: hiddenId(code), request_id: hiddenId(requestId) },
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
