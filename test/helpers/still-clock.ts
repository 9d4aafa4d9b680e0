import type { Clock } from '../../src/base/time.js';

export interface StillClock extends Clock {
  /** Every wait asked for, in milliseconds. */
  sleeps: number[];
  advance(ms: number): void;
}

/** Stands still; waits are over at once and move it on, unless their signal has aborted. */
export function stillClock(): StillClock {
  let time = Date.parse('2026-01-01T00:00:00.000Z');
  const sleeps: number[] = [];
  const advance = (ms: number): void => void (time += ms);
  return {
    sleeps,
    advance,
    now: () => new Date(time),
    monotonic: () => time,
    sleep: (ms, signal) => {
      sleeps.push(ms);
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      advance(ms);
      return Promise.resolve();
    },
  };
}
