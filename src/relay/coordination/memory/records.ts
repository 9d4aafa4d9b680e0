import type { Clock } from '../../../base/time.js';
import {
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
  type StoredAnswer,
} from '../coordination.js';

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
    this.#answered.put(name, { fingerprint, claim: { type: 'answered', answer }, expiresAt });
    this.#evict();
  }

  #evict(): void {
    const now = this.#clock.monotonic();
    for (const [name, key] of this.#answered.evict(this.#bounds.answers, now)) {
      if (key.expiresAt > now) this.#spent.put(name, { ...key, claim: { type: 'abandoned' } });
    }
    this.#spent.evict(this.#bounds.spent, now);
  }
}

/** Keys in the order of their settling, which is also that of their expiry. */
class SettledKeys {
  readonly #keys = new Map<string, SettledKey>();
  #bytes = 0;

  get(name: string): SettledKey | undefined {
    return this.#keys.get(name);
  }

  put(name: string, key: SettledKey): void {
    this.#keys.set(name, key);
    this.#bytes += sizeOf(name, key);
  }

  /** Removes what has expired, and the oldest of what is too much. */
  evict(maxBytes: number, now: number): [string, SettledKey][] {
    const evicted: [string, SettledKey][] = [];
    for (const [name, key] of this.#keys) {
      if (key.expiresAt > now && this.#bytes <= maxBytes) break;
      this.#keys.delete(name);
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
