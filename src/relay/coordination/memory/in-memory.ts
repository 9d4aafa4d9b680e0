// Loaded late: with Redis it is not needed.
import type { Clock, Signal } from '../../../base/time.js';
import {
  CoordinationError,
  MAX_WAITING_TURNS,
  type Coordination,
  type Lease,
  type Rate,
  type RateLimits,
  type TurnOrder,
} from '../coordination.js';
import { RecordStore } from './records.js';

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

/** A queue for each conversation with a running turn. */
class TurnQueues implements TurnOrder {
  /** The turns that wait, by conversation. A conversation has an entry while one of its turns runs. */
  readonly #queues = new Map<string, (() => void)[]>();

  enter(conversationId: string, signal: Signal): Promise<Lease> | Lease {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const queue = this.#queues.get(conversationId);
    if (queue) return this.#wait(conversationId, queue, signal);
    this.#queues.set(conversationId, []);
    return this.#lease(conversationId);
  }

  #wait(conversationId: string, queue: (() => void)[], signal: Signal): Promise<Lease> {
    if (queue.length >= MAX_WAITING_TURNS) {
      return Promise.reject(new CoordinationError('queue_full', 'too many turns are waiting'));
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', cancel);
        resolve(this.#lease(conversationId));
      };
      const cancel = (): void => {
        queue.splice(queue.indexOf(start), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', cancel, { once: true });
      queue.push(start);
    });
  }

  #lease(conversationId: string): Lease {
    let hasLeft = false;
    return {
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        const next = this.#queues.get(conversationId)?.shift();
        if (next) next();
        else this.#queues.delete(conversationId);
      },
    };
  }
}

/** The callers that asked last are remembered. */
const MAX_CALLERS = 100_000;

/**
 * The generic cell rate algorithm: an allowance refills evenly, and a caller is one number, the time at
 * which its allowance is full again.
 */
export class RateAllowances implements RateLimits {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #fullAt = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  take(caller: string, { perMinute, burst }: Rate): number {
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
