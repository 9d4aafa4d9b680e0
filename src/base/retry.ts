import { AppError } from './errors.js';
import type { Clock, CallOptions } from './time.js';

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

/** Most tries of one read within a look. */
const READS = 3;
/** Before another try, in milliseconds. */
const PAUSE_MS = 100;
/** A longer wait that the API asks for is left to the next look. */
const LONGEST_PAUSE_MS = 500;

/**
 * A read that a search needs, tried again at once when it fails in passing: a look is made of many,
 * and one that fails costs the others. All tries together keep to the call's time.
 */
export async function readAgain<T>(
  read: (call: CallOptions) => Promise<T>,
  { call, clock }: { call: CallOptions; clock: Clock },
): Promise<T> {
  const deadline = clock.monotonic() + call.timeoutMs;
  for (let count = 1; ; count++) {
    const timeoutMs = Math.max(1, deadline - clock.monotonic());
    try {
      return await read({ ...call, timeoutMs });
    } catch (error) {
      const pauseMs = pauseAfter(error);
      if (pauseMs === undefined || count === READS || call.signal.aborted) throw error;
      if (clock.monotonic() + pauseMs >= deadline) throw error;
      await clock.sleep(pauseMs, call.signal);
    }
  }
}

/** How long to wait before another try; undefined when it would not help, or not soon. */
function pauseAfter(error: unknown): number | undefined {
  if (!(error instanceof AppError)) return undefined;
  const { status = 0, retryAfterMs } = error.details;
  if (status === 429) return isShort(retryAfterMs) ? retryAfterMs : undefined;
  const isRefused = status >= 300 && status < 500 && status !== 408 && status !== 409;
  if (isRefused || error.kind === 'timeout') return undefined;
  return isShort(retryAfterMs ?? 0) ? Math.max(PAUSE_MS, retryAfterMs ?? 0) : undefined;
}

/** Whether a look has time to wait so long, in milliseconds. */
function isShort(ms: number | undefined): boolean {
  return ms !== undefined && ms <= LONGEST_PAUSE_MS;
}
