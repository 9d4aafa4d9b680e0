import type { AppError } from '../base/errors.js';
import { Deadline, type CallOptions, type Clock, type Signal } from '../base/time.js';

/** Pauses between readings of the list, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000];
/** Limits on one reading, longer after each that timed out: a stalled one leaves time for others. */
const READINGS_MS = [3_000, 6_000, 10_000];
/** With less time left there is no further reading; the pause before the last one takes this share of the time. */
const MIN_READING_MS = 100;
const LAST_PAUSE_SHARE = 0.75;

/** A search has at least this time, whatever is left of the turn's own. */
const MIN_SEARCH_MS = 8_000;
/** While readings are blurred it has as long as the turn had, within the minimum and this. */
const MAX_BLURRED_MS = 30_000;
/** Limit on the search for a turn that the list does not show. */
const MAX_MISSING_MS = 30_000;
/** Limit on the search for a turn that is over, by what the API said: its reply is stored or never will be. */
const MAX_ENDED_MS = 4_000;

/** The facts of one reading of the list that decide how long the search goes on. */
export interface ReadingFacts {
  /** The list shows the turn, without a reply. */
  isListed: boolean;
  /** The list could not be read as a whole, or the server's time is not yet known well enough. */
  isBlurred: boolean;
  isTimeout: boolean;
}

/** How long a search lasts, and how often it reads the list. A search ends with a reading that is not blurred. */
export class SearchLimits {
  /** The ends of the search: for a turn that the list shows, for any other, and while readings are blurred. */
  readonly #listed: Deadline;
  readonly #missing: Deadline;
  readonly #blurred: Deadline;
  #isListed = false;
  #isBlurred = true;
  #readings = 0;
  #timeouts = 0;

  constructor(clock: Clock, turn: Deadline, { details }: AppError) {
    const maxMs = details.hasEnded ? MAX_ENDED_MS : Infinity;
    this.#listed = turn.atLeast(MIN_SEARCH_MS).atMost(maxMs);
    this.#missing = this.#listed.atMost(MAX_MISSING_MS);
    const blurredMs = Math.max(MIN_SEARCH_MS, Math.min(turn.totalMs, MAX_BLURRED_MS));
    this.#blurred = new Deadline(clock, blurredMs);
  }

  note({ isListed, isBlurred, isTimeout }: ReadingFacts): void {
    this.#isListed ||= isListed;
    this.#isBlurred = isBlurred;
    this.#readings++;
    if (isTimeout) this.#timeouts++;
  }

  /** Options of the next request. */
  callOptions(signal: Signal): CallOptions {
    const latest = this.#listed.atLeast(this.#blurred.leftMs);
    return latest.callOptions(signal, atMostLast(READINGS_MS, this.#timeouts));
  }

  /** The search would be over by now if readings were clear. */
  get isLate(): boolean {
    return this.#clearMs < MIN_READING_MS;
  }

  get isOver(): boolean {
    return this.#leftMs < MIN_READING_MS;
  }

  /** The pause before the next reading. `halvingMs`: until a reading narrows the server's time most. */
  pauseMs(halvingMs = Infinity): number {
    const leftMs = this.#leftMs;
    if (halvingMs < leftMs - MIN_READING_MS) return halvingMs;
    return Math.min(atMostLast(PAUSES_MS, this.#readings - 1), leftMs * LAST_PAUSE_SHARE);
  }

  get #clearMs(): number {
    return (this.#isListed ? this.#listed : this.#missing).leftMs;
  }

  get #leftMs(): number {
    return this.#isBlurred ? Math.max(this.#clearMs, this.#blurred.leftMs) : this.#clearMs;
  }
}

/** The last one repeats. */
function atMostLast(values: readonly number[], index: number): number {
  return values[Math.min(index, values.length - 1)] ?? 0;
}
