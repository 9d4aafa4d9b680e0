/** `queue_full`: too many wait for one conversation. `unavailable`: it can't be relied on now. */
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
  /**
   * Whether other processes take part. Then none of them knows alone what was said in a
   * conversation, and none may believe its own memory of it.
   */
  readonly isShared: boolean;
  readonly turns: TurnOrder;
  readonly records: IdempotencyRecords;
  readonly limits: RateLimits;
  /** Resolves when it can be relied on now; rejects with `unavailable` when it can't. */
  check(): Promise<void>;
  /** Gives up what is still held. */
  close(): Promise<void>;
}

/** Turns of one conversation run one after another, in the order in which they asked. */
export interface TurnOrder {
  /**
   * Resolves when all that came before have left. A signal that aborts meanwhile gives the place up.
   * Rejects with `queue_full` when too many wait already.
   */
  enter(conversationId: string, signal: AbortSignal): Promise<Lease>;
}

/** The right to run one turn of a conversation. */
export interface Lease {
  /** Aborts when the right is lost before it was given back: what runs under it has to stop. */
  readonly lost?: AbortSignal | undefined;
  /** Lets the next one in. Never throws; may end in the background. */
  leave(): void;
}

/** Requests by their caller's key, so that one sent again is not run again. */
export interface IdempotencyRecords {
  /** Takes the key for a request that nobody sent before, or tells what became of it. */
  claim(key: RecordKey): Promise<Claim>;
}

export interface RecordKey {
  /** Whose key it is, and the key: nobody is given another one's answer. */
  scope: string;
  key: string;
  /** Of the request's body. */
  fingerprint: string;
}

export type Claim =
  /** Ours to run. */
  | { type: 'fresh'; record: OpenRecord }
  | { type: 'answered'; answer: StoredAnswer }
  | { type: 'in_flight' }
  /** The key was used for another body. */
  | { type: 'mismatch' }
  /** Whoever ran it died after `begin`: it may have been run. */
  | { type: 'abandoned' };

/** A claimed key. Without `store` or `release` it stays in flight as long as its process lives. */
export interface OpenRecord {
  /** To be awaited before the request is run: from here on it may have been. */
  begin(): Promise<void>;
  /** Resolves when the answer is kept for whoever sends the request again. Never rejects. */
  store(answer: StoredAnswer): Promise<void>;
  /** It was not run: from then on, a request with this key is fresh. Never rejects. */
  release(): Promise<void>;
}

export interface StoredAnswer {
  status: number;
  /** JSON. */
  body: string;
}

/** How much a caller may ask for. */
export interface RateLimits {
  /** Takes one from the caller's allowance; gives the milliseconds until there is one, 0 when there was. */
  take(caller: string, rate: Rate): Promise<number>;
}

export interface Rate {
  perMinute: number;
  /** So many at once, after a rest. */
  burst: number;
}

/** How many turns of one conversation may wait for the one that runs. */
export const MOST_WAITING = 16;
/** How long an answer is kept for those who ask again, in milliseconds (24 hours). */
export const RECORD_MS = 24 * 60 * 60 * 1000;
/**
 * How long a turn is waited for whose process died, before the next one of its conversation runs, in
 * milliseconds: it may be running at Telnyx still.
 */
export const ORPHAN_MS = 5_000;
