import type { Clock } from '../../../base/time.js';
import type { Rate, RateLimits } from '../coordination.js';

/** Callers whose allowance is known: those who asked last. */
const MOST_CALLERS = 100_000;

/**
 * An allowance that fills evenly, kept as one number a caller: when it would be full again (the
 * "generic cell rate algorithm").
 */
export class RateAllowances implements RateLimits {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #fullAt = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  take(caller: string, rate: Rate): Promise<number> {
    return Promise.resolve(this.takeNow(caller, rate));
  }

  takeNow(caller: string, { perMinute, burst }: Rate): number {
    const now = this.#clock.monotonic();
    const cost = 60_000 / perMinute;
    const fullAt = Math.max(now, this.#fullAt.get(caller) ?? now) + cost;
    const wait = fullAt - now - burst * cost;
    // A rounding error must not refuse what is due.
    if (wait > 0.001) return wait;
    // Set anew, it is the last of the map: the first is the one that asked longest ago.
    this.#fullAt.delete(caller);
    this.#fullAt.set(caller, fullAt);
    this.#forgetFull(now);
    return 0;
  }

  /** An allowance that is full is that of a caller nobody knows. */
  #forgetFull(now: number): void {
    for (const [caller, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size <= MOST_CALLERS) return;
      this.#fullAt.delete(caller);
    }
  }
}
