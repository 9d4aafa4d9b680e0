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

/** The end of what an operation may take; times are in milliseconds. */
export class Deadline {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #end: number;

  constructor(clock: Pick<Clock, 'monotonic'>, ms: number) {
    this.#clock = clock;
    this.#end = clock.monotonic() + ms;
  }

  /** What is left, at least 1: a bound of 0 would be none. */
  get leftMs(): number {
    return Math.max(1, this.#end - this.#clock.monotonic());
  }

  /** Whether a wait of so long ends before it. */
  hasRoomFor(ms: number): boolean {
    return this.#clock.monotonic() + ms < this.#end;
  }
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
