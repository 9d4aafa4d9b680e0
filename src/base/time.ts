/** Time as a port, so that waiting can be tested without waiting. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only go forward; the zero point means nothing. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface CallOptions {
  signal: AbortSignal;
  /** Bound on the whole call, in milliseconds. */
  timeoutMs: number;
}
