import type { Clock } from '../../../core/conversation.js';
import {
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
  type StoredAnswer,
} from '../coordination.js';

/** Answers that are kept, in bytes (64 MiB): the oldest go first. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What a record takes besides its key and its answer, about, in bytes. */
const RECORD_BYTES = 300;

type Outcome = { type: 'answered'; answer: StoredAnswer } | { type: 'abandoned' };

interface Settled {
  fingerprint: string;
  outcome: Outcome;
  size: number;
  /** By the monotonic clock. */
  until: number;
}

/** An open record that tells what to do when its process has died. */
export interface AbandonableRecord extends OpenRecord {
  abandon(): void;
}

/** Keys with the answers to their requests, as long and as many as memory allows. */
export class RecordStore implements IdempotencyRecords {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #mostBytes: number;
  /** Fingerprints of what is being run: as many as there are requests, and never dropped. */
  readonly #open = new Map<string, string>();
  /** In the order in which they were settled, so that the first is the oldest. */
  readonly #settled = new Map<string, Settled>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, mostBytes = MOST_BYTES) {
    this.#clock = clock;
    this.#mostBytes = mostBytes;
  }

  claim(key: RecordKey): Promise<Claim> {
    return Promise.resolve(this.claimNow(key));
  }

  claimNow({ scope, key, fingerprint }: RecordKey): ClaimNow {
    const name = `${scope} ${key}`;
    const open = this.#open.get(name);
    if (open !== undefined) return { type: open === fingerprint ? 'in_flight' : 'mismatch' };
    this.#forgetOld();
    const settled = this.#settled.get(name);
    if (settled === undefined)
      return { type: 'fresh', record: this.#openRecord(name, fingerprint) };
    return settled.fingerprint === fingerprint ? settled.outcome : { type: 'mismatch' };
  }

  #openRecord(name: string, fingerprint: string): AbandonableRecord {
    let hasBegun = false;
    this.#open.set(name, fingerprint);
    const close = (outcome?: Outcome): void => {
      if (this.#open.delete(name) && outcome) this.#settle(name, fingerprint, outcome);
    };
    return {
      begin: () => {
        hasBegun = true;
        return Promise.resolve();
      },
      store(answer) {
        close({ type: 'answered', answer });
        return Promise.resolve();
      },
      release() {
        close();
        return Promise.resolve();
      },
      abandon: () => close(hasBegun ? { type: 'abandoned' } : undefined),
    };
  }

  #settle(name: string, fingerprint: string, outcome: Outcome): void {
    const text = outcome.type === 'answered' ? outcome.answer.body.length : 0;
    const size = RECORD_BYTES + name.length + 2 * text;
    this.#settled.set(name, {
      fingerprint,
      outcome,
      size,
      until: this.#clock.monotonic() + RECORD_MS,
    });
    this.#bytes += size;
    this.#forgetOld();
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [name, { size, until }] of this.#settled) {
      if (until > now && this.#bytes <= this.#mostBytes) return;
      this.#settled.delete(name);
      this.#bytes -= size;
    }
  }
}

/** A claim that this process has made itself. */
type ClaimNow = Exclude<Claim, { type: 'fresh' }> | { type: 'fresh'; record: AbandonableRecord };
