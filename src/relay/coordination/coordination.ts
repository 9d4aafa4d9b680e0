import type { Signal } from '../../base/time.js';

/** `queue_full`: too many turns of one conversation wait. `unavailable`: Redis can't be reached or lost data. */
export class CoordinationError extends Error {
  override readonly name = 'CoordinationError';
  readonly kind: 'queue_full' | 'unavailable';

  constructor(kind: CoordinationError['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/**
 * Order of turns, idempotency keys and rate limits: for this process alone, or for all replicas.
 * Its methods reject only with a CoordinationError, or with the reason of a signal that aborts.
 */
export interface Coordination {
  /** Whether other processes take part. Then this one does not know everything that was said. */
  readonly isShared: boolean;
  readonly turns: TurnOrder;
  readonly records: IdempotencyRecords;
  readonly limits: RateLimits;
  /** Whether Redis is reached; left out without one. */
  readonly isUp?: (() => boolean) | undefined;
  /** Rejects with `unavailable` when turns can't run now. */
  check(): Promise<void>;
  /** Frees all turns and keys that are still held. */
  close(): Promise<void>;
}

/** Turns of one conversation run one after another, in the order in which they asked. */
export interface TurnOrder {
  /**
   * Resolves when all earlier turns have left; without any, there may be no promise. Rejects when the turn is stopped
   * before, and with `queue_full` when too many wait already. Stops the turn when its lease is lost.
   */
  enter(conversationId: string, stop: TurnStop): Promise<Lease> | Lease;
}

/**
 * Stops one turn: an AbortController and its signal in one. Node's own takes about 4 µs with a listener, which is
 * over 5 % of a turn's time in the relay.
 */
export class TurnStop implements Signal {
  aborted = false;
  reason: unknown;
  readonly #listeners: (() => void)[] = [];

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }
}

/** The right to run one turn of a conversation. */
export interface Lease {
  /** Lets the next turn begin. Never throws; may finish in the background. */
  leave(): void;
}

/** Requests by their idempotency keys, so that a repeated request is not run again. */
export interface IdempotencyRecords {
  /** Claims the key for a new request, or tells what became of the earlier one. */
  claim(key: RecordKey): Promise<Claim>;
}

export interface RecordKey {
  /** The caller: keys of different callers are different keys. */
  scope: string;
  key: string;
  /** Hash of the request's body. */
  fingerprint: string;
}

export type Claim =
  /** The request is to be run now. */
  | { type: 'fresh'; record: OpenRecord }
  | { type: 'answered'; answer: StoredAnswer }
  | { type: 'in_flight' }
  /** The key was used for another body. */
  | { type: 'mismatch' }
  /** Its process died after `begin`, or its answer was evicted: it may have been run. */
  | { type: 'abandoned' };

/** A claimed key. It stays in flight until `store` or `release`, or until its process dies. */
export interface OpenRecord {
  /** To be awaited before the request is run. */
  begin(): Promise<void>;
  /** Keeps the answer for repeated requests. Never rejects. */
  store(answer: StoredAnswer): Promise<void>;
  /** Frees the key of a request that was not run. Never rejects. */
  release(): Promise<void>;
}

export interface StoredAnswer {
  status: number;
  /** JSON. */
  body: string;
}

/** Request rates of callers. */
export interface RateLimits {
  /** Gives 0 and counts the request when it is allowed, else the milliseconds until one will be. */
  take(caller: string, rate: Rate): Promise<number> | number;
}

export interface Rate {
  perMinute: number;
  /** Requests that a caller may make at once after a pause. */
  burst: number;
}

/** Turns of one conversation that may wait for the one that runs. */
export const MAX_WAITING_TURNS = 16;
/** Answers are kept for 24 hours for repeated requests. */
export const RECORD_MS = 24 * 60 * 60 * 1000;
/** A turn whose process died may still run at Telnyx: the next one waits this many milliseconds. */
export const ORPHAN_MS = 5_000;
