/** How far the server's clock is ahead of our monotonic one, at least and at most, in milliseconds. */
export interface Offset {
  min: number;
  max: number;
}

/** Undefined when they contradict each other: servers' clocks differ, one was set, or a `Date` is late. */
export function intersection(one: Offset, other: Offset): Offset | undefined {
  const min = Math.max(one.min, other.min);
  const max = Math.min(one.max, other.max);
  return min <= max ? { min, max } : undefined;
}

/** The offset after a time in which the two clocks may have drifted apart. */
export function drifted({ min, max }: Offset, passedMs: number): Offset {
  const drift = Math.abs(passedMs) * DRIFT;
  return { min: min - drift, max: max + drift };
}

/** Holds the true offset when either of them does. */
export function union(one: Offset, other: Offset): Offset {
  return { min: Math.min(one.min, other.min), max: Math.max(one.max, other.max) };
}

/** A moment by both of our clocks: one may be set, the other stops while the computer sleeps. */
export interface Moment {
  monotonic: number;
  wall: number;
}

/** The current moment by both clocks. */
export function momentOf(clock: { monotonic(): number; now(): Date }): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now().getTime() };
}

/** An answer's `Date`, in milliseconds since 1970, and the moments of its request and its arrival. */
export interface DatedAnswer {
  date: number;
  asked: Moment;
  had: Moment;
}

/** When something was by the server's clock, in milliseconds since 1970. */
export interface TimeWindow {
  earliest: number;
  latest: number;
  /** As narrow as answers can make it; `isFair`: narrow enough when there is no time for more. */
  isSharp: boolean;
  isFair: boolean;
}

const ANY_TIME: TimeWindow = {
  earliest: -Infinity,
  latest: Infinity,
  isSharp: false,
  isFair: false,
};

/** The `Date` header has whole seconds, and servers renew it a little late. */
const DATE_STEP_MS = 1_000;
const DATE_DELAY_MS = 50;
/** Widths of a sharp and of a fair window, without the round trip. */
const SHARP_MS = 100;
const FAIR_MS = 250;
/** Weight of the last answer in the average round trip. */
const RECENT_SHARE = 0.3;
/** A longer round trip was spent on running a turn, not on the network. */
const MAX_ROUND_TRIP_MS = 800;
/** How far two good clocks drift apart, for each millisecond that passes. */
const DRIFT = 1e-4;
/** Our two clocks differ by more than this only when one was set or stopped meanwhile. */
const JUMP_MS = 50;

/** Whether one of our clocks was set or stopped between two moments. */
export function isJump(one: Moment, other: Moment): boolean {
  const passed = other.monotonic - one.monotonic;
  return Math.abs(other.wall - one.wall - passed) > JUMP_MS;
}

/**
 * Estimates the server's time from its answers: our own clock may be off by any amount. Each answer's
 * `Date` bounds the offset on either side; many at different moments narrow it to a tenth of a second.
 * An answer that contradicts the others, as a late `Date` does, makes the estimate unsharp until another
 * one agrees with either.
 */
export class ServerClock {
  #offset: Offset | undefined;
  /** The offset of the last answer when it contradicted all before. */
  #rival: Offset | undefined;
  /** When the offset was last narrowed, by both of our clocks. */
  #at: Moment = { monotonic: 0, wall: 0 };
  /** The average of late: a busy server or computer has no quick answers for a while. */
  #roundTripMs = 0;

  note({ date, asked, had }: DatedAnswer): void {
    if (Number.isNaN(date)) return;
    const noted = {
      min: date - had.monotonic,
      max: date + DATE_STEP_MS + DATE_DELAY_MS - asked.monotonic,
    };
    const known = this.#offsetAt(had);
    this.#learn(known, noted);
    this.#at = had;
    const roundTripMs = Math.min(had.monotonic - asked.monotonic, MAX_ROUND_TRIP_MS);
    this.#roundTripMs += (roundTripMs - this.#roundTripMs) * (known ? RECENT_SHARE : 1);
  }

  #learn(known: Offset | undefined, noted: Offset): void {
    const agreed = known ? intersection(known, noted) : noted;
    const agreedWithRival = known && this.#rival && intersection(this.#rival, noted);
    this.#offset = agreed ?? agreedWithRival ?? known;
    this.#rival = agreed || agreedWithRival ? undefined : noted;
  }

  /**
   * One of our moments by the server's clock; any time if our computer slept or its clock was set since.
   * `records`: what is known of the clock that gives stored records their times, which need not agree.
   */
  windowAt(moment: Moment, records?: Offset): TimeWindow {
    const known = this.#offsetAt(moment);
    const dated = known && this.#rival ? union(known, this.#rival) : known;
    const agreed = records && dated && intersection(records, dated);
    const offset = agreed ?? records ?? dated;
    if (!offset) return ANY_TIME;
    const [earliest, latest] = [moment.monotonic + offset.min, moment.monotonic + offset.max];
    const width = latest - earliest - DATE_DELAY_MS - this.#roundTripMs;
    const isWithin = (ms: number): boolean =>
      (records !== undefined || !this.#rival) && width <= ms;
    return { earliest, latest, isSharp: isWithin(SHARP_MS), isFair: isWithin(FAIR_MS) };
  }

  /** How long to wait so that the next answer halves the current window; undefined when none would. */
  halvingPause(now: Moment): number | undefined {
    const { earliest, latest, isSharp } = this.windowAt(now);
    if (isSharp || !Number.isFinite(latest)) return undefined;
    const serverNow = (earliest + latest - DATE_DELAY_MS) / 2;
    const toNextSecond = DATE_STEP_MS - (serverNow % DATE_STEP_MS);
    return Math.max(0, toNextSecond - this.#roundTripMs / 2);
  }

  /** Wider the longer ago it was narrowed; undefined when our clocks jumped in between. */
  #offsetAt(moment: Moment): Offset | undefined {
    if (!this.#offset) return undefined;
    if (isJump(this.#at, moment)) return undefined;
    return drifted(this.#offset, moment.monotonic - this.#at.monotonic);
  }
}
