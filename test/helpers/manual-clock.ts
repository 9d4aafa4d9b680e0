import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/base/time.js';

/** Goes on only when it is told to: waits end when their time has come. */
export interface ManualClock extends Clock {
  /** Lets everything that is due run, in order. */
  advance(ms: number): Promise<void>;
  /** How many wait. */
  readonly waiting: number;
}

interface Sleeper {
  at: number;
  wake: () => void;
}

export function manualClock(): ManualClock {
  let time = Date.parse('2026-01-01T00:00:00.000Z');
  let sleepers: Sleeper[] = [];
  const leave = (sleeper: Sleeper): void =>
    void (sleepers = sleepers.filter((one) => one !== sleeper));
  return {
    now: () => new Date(time),
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          leave(sleeper);
          reject(signal.reason as Error);
        });
      }),
    async advance(ms) {
      const end = time + ms;
      // What runs now may begin to wait.
      await setImmediate();
      for (;;) {
        const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        time = next.at;
        leave(next);
        next.wake();
        await setImmediate();
      }
      time = end;
      await setImmediate();
    },
    get waiting() {
      return sleepers.length;
    },
  };
}
