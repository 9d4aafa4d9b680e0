import { AppError } from './errors.js';
import type { CallOptions, Clock, Deadline, Signal } from './time.js';

/** Limit on the attempts of one request, whatever the reason. */
export const MAX_ATTEMPTS = 3;

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 8_000;

export interface RetryOptions {
  clock: Pick<Clock, 'sleep'>;
  signal: Signal;
  /** Nothing is tried again after it. */
  deadline: Deadline;
}

/** The wait before try number `attempt + 1`: what the API asked for, else 0.5 s doubling to 8 s. */
export function waitBefore(attempt: number, error: AppError): number {
  return error.details.retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), MAX_WAIT_MS);
}

/** Waits. When that is cut short, the delivery of the request is what it was before the wait. */
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

/** How long to wait before a request is repeated, in milliseconds; undefined when it is not worth it. */
type RetryPolicy = (error: AppError, attempt: number) => number | undefined;

/** For a request that is worth waiting for. */
const patient: RetryPolicy = (error, attempt) =>
  isTransient(error) ? waitBefore(attempt, error) : undefined;

/** Whether the same request may succeed a moment later. */
export function isTransient({ kind, details: { status } }: AppError): boolean {
  if (status === undefined) return kind === 'network' || kind === 'timeout';
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

const SHORT_WAIT_MS = 100;
const MAX_SHORT_WAIT_MS = 500;

/** For a read that will be repeated anyway: it only waits briefly. */
export const hasty: RetryPolicy = ({ kind, details: { status = 0, retryAfterMs } }) => {
  const isLimited = status === 429;
  const isRefused = status >= 300 && status < 500 && status !== 408 && status !== 409;
  if (!isLimited && (isRefused || kind === 'timeout')) return undefined;
  const waitMs = retryAfterMs ?? (isLimited ? Infinity : 0);
  if (waitMs > MAX_SHORT_WAIT_MS) return undefined;
  return isLimited ? waitMs : Math.max(SHORT_WAIT_MS, waitMs);
};

/** Runs a request that may be repeated without harm until it succeeds or is out of attempts or time. */
export async function retrying<T>(
  request: (call: CallOptions) => Promise<T>,
  options: RetryOptions,
  waitFor: RetryPolicy = patient,
): Promise<T> {
  const { signal, deadline } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await request(deadline.callOptions(signal));
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || attempt === MAX_ATTEMPTS) throw error;
      const waitMs = waitFor(error, attempt);
      if (waitMs === undefined || !deadline.hasRoomFor(waitMs)) throw error;
      await waitAfter(error, waitMs, options);
    }
  }
}
