import { AppError } from '../../errors.js';
import type { Call } from '../call.js';

/** Nobody was there any more to be answered: as nginx has it. */
const CALLER_LEFT = 499;
const LONGEST_DETAIL = 500;
/** A shorter message would be found in words that are none. */
const SHORTEST_SECRET = 4;

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
    error: facts.error === undefined ? undefined : errorEntry(facts.error, facts.secret ?? ''),
  };
}

function errorEntry(error: unknown, secret: string): object {
  const hidden = (text = ''): string =>
    (secret.length < SHORTEST_SECRET ? text : text.replaceAll(secret, '…')).slice(
      0,
      LONGEST_DETAIL,
    );
  if (!(error instanceof Error)) return { message: hidden(String(error)) };
  if (!(error instanceof AppError)) {
    return { name: error.name, message: hidden(error.message), stack: hidden(error.stack) };
  }
  const { status, code, requestId, delivery } = error.details;
  return {
    kind: error.kind,
    message: hidden(error.message),
    delivery,
    upstream: { status, code, request_id: requestId },
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
