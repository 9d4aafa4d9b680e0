/** How far the server's clock is ahead of our monotonic one, at least and at most, in milliseconds. */
export interface Lead {
  least: number;
  most: number;
}

/** Undefined for leads that contradict each other: the servers' clocks differ, one was set, or a `Date` is late. */
export function overlap(one: Lead, other: Lead): Lead | undefined {
  const least = Math.max(one.least, other.least);
  const most = Math.min(one.most, other.most);
  return least <= most ? { least, most } : undefined;
}

/** Holds whichever of them is true. */
export function hull(one: Lead, other: Lead): Lead {
  return { least: Math.min(one.least, other.least), most: Math.max(one.most, other.most) };
}

/** A moment by both of our clocks: one may be set, the other stops while the computer sleeps. */
export interface Moment {
  monotonic: number;
  wall: number;
}

/** Now, by both. */
export function momentOf(clock: { monotonic(): number; now(): Date }): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now().getTime() };
}

/** An answer with a `Date`, in milliseconds since 1970, that was asked for and had between two moments. */
export interface DatedAnswer {
  date: number;
  asked: Moment;
  had: Moment;
}

/** When something was by the server's clock, in milliseconds since 1970. */
export interface TimeWindow {
  earliest: number;
  latest: number;
  /** As narrow as answers can make it, about; and narrow enough when there is no time for more. */
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
/** How narrow a window has to be, beside the time that asking takes. */
const SHARP_MS = 100;
const FAIR_MS = 250;
/** What the last answer counts for in what asking takes of late. */
const RECENT_SHARE = 0.3;
/** An answer that takes longer was not on its way all the time: a turn was run before it. */
const LONGEST_ASKING_MS = 800;
/** How far two good clocks run apart, for each millisecond that passes. */
const DRIFT = 1e-4;
/** Our two clocks differ by more than this only when one was set or stopped meanwhile. */
const JUMP_MS = 50;

/**
 * What the server's clock shows, as far as its answers tell: our own may be off by any amount. Each
 * answer's `Date` bounds it on either side; many at different moments narrow it to a tenth of a second. One that contradicts the others, as a late `Date` does, makes it unsharp until another one
 * agrees with either.
 */
export class ServerClock {
  #lead: Lead | undefined;
  /** What the last answer told when it contradicted all before. */
  #rival: Lead | undefined;
  /** When it was last narrowed, and by how much our own clocks differed then. */
  #at: Moment = { monotonic: 0, wall: 0 };
  /** What asking takes of late: a busy server or computer has no quick answers for a while. */
  #roundTripMs = 0;

  /** Takes in what an answer tells. */
  note({ date, asked, had }: DatedAnswer): void {
    if (Number.isNaN(date)) return;
    const told = {
      least: date - had.monotonic,
      most: date + DATE_STEP_MS + DATE_DELAY_MS - asked.monotonic,
    };
    const known = this.#leadAt(had);
    this.#learn(known, told);
    this.#at = had;
    const roundTripMs = Math.min(had.monotonic - asked.monotonic, LONGEST_ASKING_MS);
    this.#roundTripMs += (roundTripMs - this.#roundTripMs) * (known ? RECENT_SHARE : 1);
  }

  #learn(known: Lead | undefined, told: Lead): void {
    const agreed = known ? overlap(known, told) : told;
    const agreedWithRival = known && this.#rival && overlap(this.#rival, told);
    this.#lead = agreed ?? agreedWithRival ?? known;
    this.#rival = agreed || agreedWithRival ? undefined : told;
  }

  /** When one of our moments was. Before a computer's sleep, or its clock was set, that is not known. */
  windowAt(moment: Moment): TimeWindow {
    const lead = this.#leadAt(moment);
    if (!lead) return ANY_TIME;
    const { least, most } = this.#rival ? hull(lead, this.#rival) : lead;
    const [earliest, latest] = [moment.monotonic + least, moment.monotonic + most];
    const width = latest - earliest - DATE_DELAY_MS - this.#roundTripMs;
    const isWithin = (ms: number): boolean => !this.#rival && width <= ms;
    return { earliest, latest, isSharp: isWithin(SHARP_MS), isFair: isWithin(FAIR_MS) };
  }

  /** How long to wait so that the next answer halves the window of now; undefined when none would. */
  halvingPause(now: Moment): number | undefined {
    const { earliest, latest, isSharp } = this.windowAt(now);
    if (isSharp || !Number.isFinite(latest)) return undefined;
    const serverNow = (earliest + latest - DATE_DELAY_MS) / 2;
    const toNextSecond = DATE_STEP_MS - (serverNow % DATE_STEP_MS);
    return Math.max(0, toNextSecond - this.#roundTripMs / 2);
  }

  /** Wider the longer ago it was narrowed; undefined when our clocks jumped in between. */
  #leadAt(moment: Moment): Lead | undefined {
    if (!this.#lead) return undefined;
    const passed = moment.monotonic - this.#at.monotonic;
    if (Math.abs(moment.wall - this.#at.wall - passed) > JUMP_MS) return undefined;
    const drift = Math.abs(passed) * DRIFT;
    return { least: this.#lead.least - drift, most: this.#lead.most + drift };
  }
}
