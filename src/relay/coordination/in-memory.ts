import type { Clock, Signal } from '../../base/time.js';
import {
  CoordinationError,
  MAX_WAITING_TURNS,
  type Coordination,
  type Lease,
  type Rate,
  type RateLimits,
  type TurnOrder,
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
  type StoredAnswer,
} from './coordination.js';

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

/** 64 MiB and 16 MiB. Beyond that, the oldest are evicted. */
const BOUNDS = {
  answers: 64 * 1024 * 1024,
  /** For keys whose answers were evicted, so that their requests are not run again. */
  spent: 16 * 1024 * 1024,
};
/** Approximate size of a record without its key and its answer, in bytes. */
const RECORD_BYTES = 300;

interface OpenKey {
  fingerprint: string;
  /** The reply to a repeated request. */
  claim: Claim;
}

interface SettledKey extends OpenKey {
  /** Reading of the monotonic clock. */
  expiresAt: number;
}

/** Idempotency records in memory. */
export class RecordStore implements IdempotencyRecords {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #bounds: typeof BOUNDS;
  /** Requests that run now; never evicted. */
  readonly #open = new Map<string, OpenKey>();
  readonly #answered = new SettledKeys();
  /** Keys whose answers were evicted. */
  readonly #spent = new SettledKeys();

  constructor(clock: Pick<Clock, 'monotonic'>, bounds = BOUNDS) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  claim(key: RecordKey): Promise<Claim> {
    return Promise.resolve(this.#claim(key));
  }

  #claim({ scope, key, fingerprint }: RecordKey): Claim {
    const name = `${scope} ${key}`;
    this.#evict();
    const known = this.#open.get(name) ?? this.#answered.get(name) ?? this.#spent.get(name);
    if (!known) return { type: 'fresh', record: this.#openRecord(name, fingerprint) };
    return known.fingerprint === fingerprint ? known.claim : { type: 'mismatch' };
  }

  #openRecord(name: string, fingerprint: string): OpenRecord {
    const open: OpenKey = { fingerprint, claim: { type: 'in_flight' } };
    this.#open.set(name, open);
    const close = (answer?: StoredAnswer): Promise<void> => {
      // A released key may have been claimed again.
      if (this.#open.get(name) === open) {
        this.#open.delete(name);
        if (answer) this.#settle(name, fingerprint, answer);
      }
      return Promise.resolve();
    };
    return { begin: () => Promise.resolve(), store: close, release: () => close() };
  }

  #settle(name: string, fingerprint: string, answer: StoredAnswer): void {
    const expiresAt = this.#clock.monotonic() + RECORD_MS;
    this.#answered.add(name, { fingerprint, claim: { type: 'answered', answer }, expiresAt });
    this.#evict();
  }

  #evict(): void {
    const now = this.#clock.monotonic();
    for (const [name, key] of this.#answered.evict(this.#bounds.answers, now)) {
      if (key.expiresAt > now) this.#spent.add(name, { ...key, claim: { type: 'abandoned' } });
    }
    this.#spent.evict(this.#bounds.spent, now);
  }
}

/** Keys in the order of their settling, which is also that of their expiry. */
class SettledKeys extends Map<string, SettledKey> {
  #bytes = 0;

  add(name: string, key: SettledKey): void {
    this.set(name, key);
    this.#bytes += sizeOf(name, key);
  }

  /** Removes what has expired, and the oldest of what is too much. */
  evict(maxBytes: number, now: number): [string, SettledKey][] {
    const evicted: [string, SettledKey][] = [];
    for (const [name, key] of this) {
      if (key.expiresAt > now && this.#bytes <= maxBytes) break;
      this.delete(name);
      this.#bytes -= sizeOf(name, key);
      evicted.push([name, key]);
    }
    return evicted;
  }
}

function sizeOf(name: string, { claim }: SettledKey): number {
  return (
    RECORD_BYTES + name.length + (claim.type === 'answered' ? 2 * claim.answer.body.length : 0)
  );
}
