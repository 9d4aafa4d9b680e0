import type { Clock, Signal } from '../base/time.js';

/** The real clock. */
export function systemClock(hrtime: () => [number, number]): Clock {
  return { now: () => new Date(), monotonic: () => milliseconds(hrtime()), sleep };
}

function sleep(ms: number, signal?: Signal): Promise<void> {
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
function milliseconds(time: [number, number]): number {
  // By index: taking the pair apart by its iterator costs more than reading the clock.
  return time[0] * 1e3 + time[1] / 1e6;
}
