import type { Clock } from '../../../base/time.js';
import {
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
  type StoredAnswer,
} from '../coordination.js';

interface Entry<T> {
  value: T;
  /** Approximate, in bytes. */
  size: number;
  /** Reading of the monotonic clock. */
  expiresAt: number;
}

/** A map of bounded size whose entries expire. When it is full, the oldest entries are evicted. */
export class ExpiringMap<T> {
  readonly #maxBytes: number;
  readonly #onEvict: (name: string, entry: Entry<T>) => void;
  /** In the order of insertion, which is also that of expiry. */
  readonly #entries = new Map<string, Entry<T>>();
  #bytes = 0;

  /** @param onEvict called for each entry that goes before it expires */
  constructor(
    maxBytes: number,
    onEvict: (name: string, entry: Entry<T>) => void = () => undefined,
  ) {
    this.#maxBytes = maxBytes;
    this.#onEvict = onEvict;
  }

  get(name: string, now: number): T | undefined {
    this.#shrink(now);
    return this.#entries.get(name)?.value;
  }

  put(name: string, entry: Entry<T>, now: number): void {
    this.#entries.set(name, entry);
    this.#bytes += entry.size;
    this.#shrink(now);
  }

  #shrink(now: number): void {
    for (const [name, entry] of this.#entries) {
      const isExpired = entry.expiresAt <= now;
      if (!isExpired && this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(name);
      this.#bytes -= entry.size;
      if (!isExpired) this.#onEvict(name, entry);
    }
  }
}

/** In bytes. Beyond that, the oldest are evicted. */
interface RecordBounds {
  answers: number;
  /** For keys whose answers were evicted, so that their requests are not run again. */
  spent: number;
}

/** 64 MiB and 16 MiB. */
const BOUNDS: RecordBounds = { answers: 64 * 1024 * 1024, spent: 16 * 1024 * 1024 };
/** Approximate size of a record without its key and its answer, in bytes. */
const RECORD_BYTES = 300;

type Outcome = { type: 'answered'; answer: StoredAnswer } | { type: 'abandoned' };

interface Settled {
  fingerprint: string;
  outcome: Outcome;
}

/** Idempotency records in memory. */
export class RecordStore implements IdempotencyRecords {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Requests that run now; never evicted. */
  readonly #open = new Map<string, { fingerprint: string }>();
  readonly #settled: ExpiringMap<Settled>;
  /** Keys whose answers were evicted. */
  readonly #spent: ExpiringMap<Settled>;

  constructor(clock: Pick<Clock, 'monotonic'>, { answers, spent } = BOUNDS) {
    this.#clock = clock;
    this.#settled = new ExpiringMap(answers, (name, { value, expiresAt }) => {
      this.#spend(name, value.fingerprint, expiresAt);
    });
    this.#spent = new ExpiringMap(spent);
  }

  claim(key: RecordKey): Promise<Claim> {
    return Promise.resolve(this.#claim(key));
  }

  #claim({ scope, key, fingerprint }: RecordKey): Claim {
    const name = `${scope} ${key}`;
    const open = this.#open.get(name);
    if (open) return { type: open.fingerprint === fingerprint ? 'in_flight' : 'mismatch' };
    const now = this.#clock.monotonic();
    const settled = this.#settled.get(name, now) ?? this.#spent.get(name, now);
    if (settled === undefined)
      return { type: 'fresh', record: this.#openRecord(name, fingerprint) };
    return settled.fingerprint === fingerprint ? settled.outcome : { type: 'mismatch' };
  }

  #openRecord(name: string, fingerprint: string): OpenRecord {
    const open = { fingerprint };
    this.#open.set(name, open);
    const close = (outcome?: Outcome): void => {
      // A released key may have been claimed again.
      if (this.#open.get(name) !== open) return;
      this.#open.delete(name);
      if (outcome) this.#settle(name, fingerprint, outcome);
    };
    return {
      begin: () => Promise.resolve(),
      store(answer) {
        close({ type: 'answered', answer });
        return Promise.resolve();
      },
      release() {
        close();
        return Promise.resolve();
      },
    };
  }

  #settle(name: string, fingerprint: string, outcome: Outcome): void {
    const text = outcome.type === 'answered' ? outcome.answer.body.length : 0;
    const size = sizeOf(name) + 2 * text;
    const now = this.#clock.monotonic();
    this.#settled.put(
      name,
      { value: { fingerprint, outcome }, size, expiresAt: now + RECORD_MS },
      now,
    );
  }

  #spend(name: string, fingerprint: string, expiresAt: number): void {
    const value: Settled = { fingerprint, outcome: { type: 'abandoned' } };
    this.#spent.put(name, { value, size: sizeOf(name), expiresAt }, this.#clock.monotonic());
  }
}

function sizeOf(name: string): number {
  return RECORD_BYTES + name.length;
}
