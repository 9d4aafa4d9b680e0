import { AppError } from '../../errors.js';
import type { CallOptions, Clock } from '../conversation.js';

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
