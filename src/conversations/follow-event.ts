import { type AppError, clauseOf } from '../base/errors.js';
import type { Message } from './conversation.js';
import { RELEASED, TAKEN_OVER } from './details.js';

export type FollowEvent =
  | { type: 'message'; message: Message }
  /** All earlier messages have been given; the next ones are new. */
  | { type: 'listed' }
  /** A person has taken it over, or has released it. */
  | { type: 'state'; isTakenOver: boolean }
  /** Nothing has happened for a while. */
  | { type: 'quiet' }
  /** The conversation cannot be read for the moment; `back` comes when it can be read again. */
  | { type: 'trouble'; error: AppError }
  | { type: 'back' };

/** An event that is no message, in words. */
export function followNotice(event: Exclude<FollowEvent, { type: 'message' | 'listed' }>): string {
  switch (event.type) {
    case 'state':
      return event.isTakenOver ? TAKEN_OVER : RELEASED;
    case 'quiet':
      return 'nothing new for a minute; still following';
    case 'trouble':
      return `the conversation cannot be read at the moment: ${clauseOf(event.error)}; still trying`;
    case 'back':
      return 'the conversation can be read again';
  }
}

/** Failures in a row, and their duration, before the user is told; one look without any answer is enough. */
const MIN_FAILURES = 3;
const TROUBLE_AFTER_MS = 2_000;
const STALLED_AFTER_MS = 8_000;

/** The looks that failed in a row. */
export class Trouble {
  /** The failure of the last look. */
  failure: AppError | undefined;
  isTold = false;
  #failures = 0;
  #since = 0;

  *note(error: AppError, startedAt: number, now: number): Generator<FollowEvent> {
    if (this.#failures++ === 0) this.#since = startedAt;
    this.failure = error;
    const minMs = this.#failures < MIN_FAILURES ? STALLED_AFTER_MS : TROUBLE_AFTER_MS;
    if (this.isTold || now - this.#since < minMs) return;
    this.isTold = true;
    yield { type: 'trouble', error };
  }

  *end(): Generator<FollowEvent> {
    if (this.isTold) yield { type: 'back' };
    this.isTold = false;
    this.failure = undefined;
    this.#failures = 0;
  }
}

/** Between two looks, in milliseconds, while something happens; and at most, when nothing does. */
export const POLL_MS = 1_000;
export const MAX_POLL_MS = 10_000;
const SLOWER = 1.5;
/** Without news for this time, it polls less often; after the longer time it says that nothing is new. */
const ACTIVE_MS = 30_000;
const QUIET_MS = 60_000;

/** How often to look: less and less while nothing happens. */
export class Pace {
  waitMs = POLL_MS;
  #newsAt: number;
  #isQuiet = false;

  constructor(now: number) {
    this.#newsAt = now;
  }

  hurry(now: number): void {
    this.#newsAt = now;
    this.waitMs = POLL_MS;
  }

  noteNews(now: number): void {
    this.hurry(now);
    this.#isQuiet = false;
  }

  /** After a look. That it is quiet is not said while there is trouble. */
  *slow(now: number, isTroubled: boolean): Generator<FollowEvent> {
    const silentMs = now - this.#newsAt;
    if (silentMs > ACTIVE_MS) this.waitMs = Math.min(this.waitMs * SLOWER, MAX_POLL_MS);
    if (silentMs <= QUIET_MS || this.#isQuiet || isTroubled) return;
    this.#isQuiet = true;
    yield { type: 'quiet' };
  }
}
