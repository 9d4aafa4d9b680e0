import type { Clock, History } from '../conversation.js';

/** A moment by both of our clocks: one may be set, the other stops while the computer sleeps. */
export interface Moment {
  monotonic: number;
  wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now().getTime() };
}

/** The `Date` header has whole seconds, and servers renew it a little late. */
const DATE_STEP_MS = 1_000;
const DATE_DELAY_MS = 50;
/** How narrow the window has to be, beside the time that asking takes. */
const SHARP_MS = 100;

/**
 * When a turn was sent by the server's clock, as far as its answers tell: our own clock may be off by
 * any amount. Each answer's `Date` gives a bound on either side.
 */
export class SentWindow {
  readonly #sent: Moment;
  earliest = -Infinity;
  latest = Infinity;
  #roundTripMs = Infinity;

  constructor(sent: Moment) {
    this.#sent = sent;
  }

  /** Takes in an answer that was asked for and had between two moments. */
  narrow({ serverTime }: Pick<History, 'serverTime'>, asked: Moment, had: Moment): void {
    if (serverTime === undefined) return;
    const sent = this.#sent;
    const most = Math.max(had.monotonic - sent.monotonic, had.wall - sent.wall);
    const least = Math.min(asked.monotonic - sent.monotonic, asked.wall - sent.wall);
    this.earliest = Math.max(this.earliest, serverTime - most);
    this.latest = Math.min(this.latest, serverTime + DATE_STEP_MS + DATE_DELAY_MS - least);
    this.#roundTripMs = Math.min(this.#roundTripMs, had.monotonic - asked.monotonic);
  }

  get isSharp(): boolean {
    const isKnown = Number.isFinite(this.#roundTripMs);
    return isKnown && this.latest - this.earliest <= SHARP_MS + DATE_DELAY_MS + this.#roundTripMs;
  }

  /** How long to wait so that the next answer halves the window; undefined when it cannot. */
  halvingPause(now: Moment): number | undefined {
    if (this.isSharp || !Number.isFinite(this.#roundTripMs)) return undefined;
    const middle = (this.earliest + this.latest - DATE_DELAY_MS) / 2;
    const serverNow = middle + now.monotonic - this.#sent.monotonic;
    const toNextSecond =
      DATE_STEP_MS - (((serverNow % DATE_STEP_MS) + DATE_STEP_MS) % DATE_STEP_MS);
    return Math.max(0, toNextSecond - this.#roundTripMs / 2);
  }
}
