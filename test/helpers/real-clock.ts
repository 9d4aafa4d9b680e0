import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/base/time.js';

/** Time as it goes. */
export function realClock(): Clock {
  return {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal && { signal });
    },
  };
}
