// Loaded late: with Redis it is not needed.
import type { Clock } from '../../../base/time.js';
import type { Coordination, Rate, RateLimits } from '../coordination.js';
import { RecordStore } from './record-store.js';
import { TurnQueues } from './turn-queues.js';

/** Coordination for one process that serves alone. */
export function inMemory(clock: Pick<Clock, 'monotonic'>): Coordination {
  return {
    isShared: false,
    turns: new TurnQueues(),
    records: new RecordStore(clock),
    limits: new RateAllowances(clock),
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** The callers that asked last are remembered. */
const MAX_CALLERS = 100_000;

/**
 * The generic cell rate algorithm: an allowance refills evenly, and a caller is one number, the time at
 * which its allowance is full again.
 */
class RateAllowances implements RateLimits {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #fullAt = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  take(caller: string, rate: Rate): Promise<number> {
    return Promise.resolve(this.#take(caller, rate));
  }

  #take(caller: string, { perMinute, burst }: Rate): number {
    const now = this.#clock.monotonic();
    const cost = 60_000 / perMinute;
    const fullAt = Math.max(now, this.#fullAt.get(caller) ?? now) + cost;
    const waitMs = fullAt - now - burst * cost;
    // Rounding errors must not refuse a request that is due.
    if (waitMs > 0.001) return waitMs;
    // Deleted first, the caller becomes the last of the map, so that the first asked longest ago.
    this.#fullAt.delete(caller);
    this.#fullAt.set(caller, fullAt);
    this.#forgetFull(now);
    return 0;
  }

  /** A full allowance is the same as none. */
  #forgetFull(now: number): void {
    for (const [caller, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size <= MAX_CALLERS) return;
      this.#fullAt.delete(caller);
    }
  }
}
