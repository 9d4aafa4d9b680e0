import { AppError } from '../../errors.js';
import type { Clock } from '../conversation.js';

/** At most so many sends of one request, whatever the reason. */
export const MAX_ATTEMPTS = 3;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

export interface RetryOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Reading of `clock.monotonic()` after which nothing is tried again. */
  deadline: number;
}

/** The wait before try number `attempt + 1`: what the API asked for, else 0.5 s doubling to 8 s. */
export function waitBefore(attempt: number, error: AppError): number {
  return (
    error.details.retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS)
  );
}

/** Whether another try is allowed by count and still fits before the deadline. */
export function hasRoom(
  attempt: number,
  waitMs: number,
  { clock, deadline }: RetryOptions,
): boolean {
  return attempt < MAX_ATTEMPTS && clock.monotonic() + waitMs < deadline;
}

/** Waits. When that is cut short, what became of the request is what it was before the wait. */
export async function waitAfter(
  failure: AppError,
  waitMs: number,
  { clock, signal }: RetryOptions,
): Promise<void> {
  try {
    await clock.sleep(waitMs, signal);
  } catch (error) {
    const stop = error instanceof AppError ? error : new AppError('interrupted', 'interrupted');
    throw stop.with({ delivery: failure.details.delivery });
  }
}

/** Whether a request that is safe to repeat is worth repeating after this failure. */
function isPassing(error: unknown): error is AppError {
  if (!(error instanceof AppError)) return false;
  const { status } = error.details;
  if (status === undefined) return error.kind === 'network' || error.kind === 'timeout';
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** Runs a request that may be repeated without harm until it succeeds or is out of tries or time. */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (options.signal.aborted || !isPassing(error)) throw error;
      const waitMs = waitBefore(count, error);
      if (!hasRoom(count, waitMs, options)) throw error;
      await waitAfter(error, waitMs, options);
    }
  }
}
