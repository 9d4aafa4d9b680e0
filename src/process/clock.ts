import type { Clock } from '../base/time.js';

/** The real clock. */
export function systemClock(hrtime: () => [number, number]): Clock {
  return { now: () => new Date(), monotonic: () => milliseconds(hrtime()), sleep };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const reason = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', reason);
      resolve();
    }, ms);
    if (signal?.aborted) reason();
    else signal?.addEventListener('abort', reason, { once: true });
  });
}

/** `performance.now()` would load a module of its own. */
function milliseconds([seconds, nanoseconds]: [number, number]): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}
