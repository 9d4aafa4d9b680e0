import { AppError } from '../errors.js';
import { aiDisabled } from './ai-disabled.js';
import type { CallOptions, ReplyPart, TurnPorts, TurnRequest } from './conversation.js';
import { hasRoom, waitAfter, waitBefore, type RetryOptions } from './retry.js';

/**
 * Sends one turn so that it is delivered at most once.
 *
 * A turn that never reached Telnyx, or that Telnyx refused to run for now (429, 409), is sent again.
 * One that may have run is not: chat has no idempotency key, so a second send could run it twice.
 *
 * @throws AppError with `delivery` saying what became of the turn.
 */
export async function* deliver(
  ports: TurnPorts,
  request: TurnRequest,
  retry: RetryOptions,
): AsyncGenerator<ReplyPart> {
  for (let attempt = 1; ; attempt++) {
    try {
      yield* ports.chat(request, callOptions(retry));
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const failure = await explained(ports, error, { request, retry });
      const waitMs = waitBefore(attempt, failure);
      if (!isSafeToSend(failure) || !hasRoom(attempt, waitMs, retry)) throw failure;
      yield { type: 'retry', attempt, waitMs, error: failure };
      await waitAfter(failure, waitMs, retry);
    }
  }
}

/** How long a refused turn waits for its explanation, in milliseconds. */
const EXPLANATION_MS = 5_000;

/** What is left of the turn's time, for one call. */
export function callOptions({ clock, deadline, signal }: RetryOptions): CallOptions {
  return { signal, timeoutMs: Math.max(1, deadline - clock.monotonic()) };
}

function isSafeToSend(error: AppError): boolean {
  const { delivery, status } = error.details;
  if (error.kind === 'interrupted' || error.kind === 'terminated') return false;
  if (delivery === 'not_sent') return error.kind === 'network' || error.kind === 'timeout';
  return delivery === 'refused' && (status === 429 || status === 409);
}

/**
 * A 400 may mean that a person has taken the conversation over; Telnyx documents no code for it, so
 * the conversation itself is asked.
 */
async function explained(
  ports: TurnPorts,
  error: AppError,
  { request, retry }: { request: TurnRequest; retry: RetryOptions },
): Promise<AppError> {
  if (error.kind === 'ai_disabled' || error.details.status !== 400) return error;
  const { signal, timeoutMs } = callOptions(retry);
  const options = { signal, timeoutMs: Math.min(timeoutMs, EXPLANATION_MS) };
  try {
    const { metadata } = await ports.getConversation(request.conversationId, options);
    return metadata['ai_disabled'] === 'true'
      ? aiDisabled({ ...error.details, cause: error.cause })
      : error;
  } catch {
    return error; // The first failure is the one to report.
  }
}
