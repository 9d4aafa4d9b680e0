import { AppError } from './errors.js';

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

/** Limit on the attempts of one request, whatever the reason. */
export const MAX_ATTEMPTS = 3;

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 8_000;

export interface RetryOptions {
  clock: Pick<Clock, 'sleep'>;
  signal: Signal;
  /** Nothing is tried again after it. */
  deadline: Deadline;
  maxAttempts?: number;
  /** Awaited before each attempt; its failure is final. */
  ready?: () => Promise<void>;
}

/** The wait before try number `attempt + 1`: what the API asked for, else 0.5 s doubling to 8 s. */
export function waitBefore(attempt: number, error: AppError): number {
  return error.details.retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), MAX_WAIT_MS);
}

/** Waits. When that is cut short, the delivery of the request is what it was before the wait. */
export async function waitAfter(
  failure: AppError,
  waitMs: number,
  { clock, signal }: RetryOptions,
): Promise<void> {
  try {
    await clock.sleep(waitMs, signal);
  } catch (error) {
    const stop = error instanceof AppError ? error : new AppError('interrupted', 'interrupted');
    throw stop.with({ delivery: failure.details.delivery });
  }
}

/** How long to wait before a request is repeated, in milliseconds; undefined when it is not worth it. */
export type RetryPolicy = (error: AppError, attempt: number) => number | undefined;

/** For a request that is worth waiting for. */
const patient: RetryPolicy = (error, attempt) =>
  isTransient(error) ? waitBefore(attempt, error) : undefined;

/** Whether the same request may succeed a moment later. */
export function isTransient({ kind, details: { status } }: AppError): boolean {
  if (status === undefined) return kind === 'network' || kind === 'timeout';
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

const SHORT_WAIT_MS = 100;
const MAX_SHORT_WAIT_MS = 500;

/** For a read that will be repeated anyway: it only waits briefly. */
export const hasty: RetryPolicy = ({ kind, details: { status = 0, retryAfterMs } }) => {
  const isLimited = status === 429;
  const isRefused = status >= 300 && status < 500 && status !== 408 && status !== 409;
  if (!isLimited && (isRefused || kind === 'timeout')) return undefined;
  const waitMs = retryAfterMs ?? (isLimited ? Infinity : 0);
  if (waitMs > MAX_SHORT_WAIT_MS) return undefined;
  return isLimited ? waitMs : Math.max(SHORT_WAIT_MS, waitMs);
};

/** Runs a request that may be repeated without harm until it succeeds or is out of attempts or time. */
export async function retrying<T>(
  request: (call: CallOptions) => Promise<T>,
  options: RetryOptions,
  waitFor: RetryPolicy = patient,
): Promise<T> {
  const { signal, deadline, maxAttempts = MAX_ATTEMPTS, ready } = options;
  for (let attempt = 1; ; attempt++) {
    if (ready) await ready();
    try {
      return await request(deadline.callOptions(signal));
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || attempt === maxAttempts) throw error;
      const waitMs = waitFor(error, attempt);
      if (waitMs === undefined || !deadline.hasRoomFor(waitMs)) throw error;
      if (waitMs > 0) await waitAfter(error, waitMs, options);
    }
  }
}

const UNITS: [number, string][] = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [365, 'd'],
];

/** The rough age of a time: `just now`, `5 min ago`, `3 d ago`; '' for no time. */
export function age(iso: string, now: Date): string {
  const ms = now.getTime() - Date.parse(iso);
  if (!Number.isFinite(ms)) return '';
  return ms < 10_000 ? 'just now' : `${duration(ms)} ago`;
}

/** About how long: `20 s`, `5 min`, `3 d`. */
export function duration(ms: number): string {
  let amount = Math.max(0, ms / 1000);
  for (const [size, unit] of UNITS) {
    if (amount < size) return `${Math.floor(amount)} ${unit}`;
    amount /= size;
  }
  return `${Math.floor(amount)} y`;
}
