/** Time as a port, so that waiting can be tested without waiting. */
export interface Clock {
  now(): Date;
  /** Milliseconds of a clock that never goes back; only differences mean something. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: Signal): Promise<void>;
}

/** The part of an AbortSignal that calls of the API use. */
export interface Signal extends Pick<AbortSignal, 'aborted' | 'reason' | 'throwIfAborted'> {
  addEventListener(type: 'abort', listener: () => void, options?: { once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface CallOptions {
  signal: Signal;
  /** Bound on the whole call, in milliseconds. */
  timeoutMs: number;
}

type Stopwatch = Pick<Clock, 'monotonic'>;

/** The time by which an operation has to end; times are in milliseconds. */
export class Deadline {
  readonly #clock: Stopwatch;
  readonly #end: number;
  /** The time that there was when it was set. */
  readonly totalMs: number;

  /** `ms` from now. */
  constructor(clock: Stopwatch, ms: number) {
    this.#clock = clock;
    this.totalMs = ms;
    this.#end = clock.monotonic() + ms;
  }

  /** The time left, at least 1: a bound of 0 would mean no bound. */
  get leftMs(): number {
    return Math.max(1, this.#end - this.#clock.monotonic());
  }

  get isOver(): boolean {
    return !this.hasRoomFor(0);
  }

  /** Whether a wait of `ms` ends before the deadline. */
  hasRoomFor(ms: number): boolean {
    return this.#clock.monotonic() + ms < this.#end;
  }

  /** This deadline, or `ms` from now if that is later. */
  atLeast(ms: number): Deadline {
    return this.#among(Math.max, ms);
  }

  /** This deadline, or `ms` from now if that is earlier. */
  atMost(ms: number): Deadline {
    return this.#among(Math.min, ms);
  }

  /** One call within the time left, and within `maxMs`. */
  callOptions(signal: Signal, maxMs = Infinity): CallOptions {
    return { signal, timeoutMs: Math.min(maxMs, this.leftMs) };
  }

  #among(choose: (...ends: number[]) => number, ms: number): Deadline {
    const now = this.#clock.monotonic();
    return new Deadline(this.#clock, choose(this.#end - now, ms));
  }
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** The time that this share of the times keeps to, by the nearest rank; undefined without times. */
export function percentile(times: readonly number[], share: number): number | undefined {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
