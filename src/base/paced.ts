// Loaded late: only what reads many conversations needs it.
import { AppError } from './errors.js';
import { retrying, waitBefore } from './retry.js';
import { Deadline, type CallOptions, type Clock, type Signal } from './time.js';

interface PacedOptions {
  clock: Clock;
  signal: Signal;
  /** Bound on each request with its retries, in milliseconds. */
  timeoutMs: number;
}

/** Runs many requests side by side: what the API asks one of them to wait, all wait. */
export function paced({
  clock,
  signal,
  timeoutMs,
}: PacedOptions): <T>(request: (call: CallOptions) => Promise<T>) => Promise<T> {
  let pause: Promise<void> | undefined;
  const waitTogether = (ms: number): Promise<void> =>
    (pause ??= clock.sleep(ms, signal).finally(() => (pause = undefined)));
  return async (request) => {
    const deadline = new Deadline(clock, timeoutMs);
    for (let attempt = 1; ; attempt++) {
      while (pause) await pause;
      try {
        return await retrying(request, { clock, signal, deadline }, notLimited);
      } catch (error) {
        if (!(error instanceof AppError) || error.details.status !== 429) throw error;
        const waitMs = waitBefore(attempt, error);
        if (!deadline.hasRoomFor(waitMs)) throw error;
        await waitTogether(waitMs);
      }
    }
  };
}

/** Whatever may pass by itself, but for a limit, which all share. */
function notLimited(error: AppError, attempt: number): number | undefined {
  const { status } = error.details;
  const isPassing =
    status === undefined
      ? error.kind === 'network' || error.kind === 'timeout'
      : status === 408 || status >= 500;
  return isPassing ? waitBefore(attempt, error) : undefined;
}
