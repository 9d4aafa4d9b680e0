import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/time.js';

/** Above the first bound a reader may take nothing for so long, in milliseconds. */
const PATIENCE_MS = 2_000;
/** Between two looks at the readers while too much waits. */
const CHECK_MS = 50;

/** A caller that has not taken what was written to it. */
export interface SlowReader {
  readonly response: ServerResponse;
  readonly facts?: { isCutOff?: boolean };
  readonly onLeave?: (() => void) | undefined;
}

/** Of all answers together that wait for slow readers. */
export interface UnreadBounds {
  /** Above it, readers that take nothing for a while are cut off. */
  unreadBytes: number;
  /** Never more. */
  maxUnreadBytes: number;
}

interface Unread {
  readonly bytes: number;
  /** Reading of the monotonic clock. */
  readonly since: number;
  /** Ends the wait for the reader. */
  readonly settle: () => void;
}

/**
 * The answers that wait in this process for slow readers, with bounds on all of them together. Above the first, a
 * reader that takes nothing for a while is cut off; above the second, the one that has taken nothing for longest.
 */
export class UnreadAnswers {
  readonly #bounds: UnreadBounds;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #check: NodeJS.Timeout | undefined;
  #bytes = 0;
  /** In the order in which they last took something. */
  readonly #readers = new Map<SlowReader, Unread>();

  constructor(bounds: UnreadBounds, clock: Pick<Clock, 'monotonic'>) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** Resolves when the reader has taken what was written, or is gone. Until then these bytes are held for it. */
  taken(reader: SlowReader, bytes: number): Promise<void> {
    const { response } = reader;
    if (response.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        response.off('drain', settle).off('close', settle);
        if (this.#readers.delete(reader)) this.#bytes -= bytes;
        resolve();
      };
      response.on('drain', settle).on('close', settle);
      this.#readers.set(reader, { bytes, since: this.#clock.monotonic(), settle });
      this.#bytes += bytes;
      this.#cutOffSlowest();
    });
  }

  /** The reader that came last stays: alone, it may have the longest answer. */
  #cutOffSlowest(): void {
    const { unreadBytes, maxUnreadBytes } = this.#bounds;
    const now = this.#clock.monotonic();
    for (const [reader, { since, settle }] of this.#readers) {
      if (this.#bytes <= unreadBytes || this.#readers.size === 1) return;
      if (this.#bytes <= maxUnreadBytes && now - since < PATIENCE_MS) {
        this.#checkLater();
        return;
      }
      if (reader.facts) reader.facts.isCutOff = true;
      reader.response.destroy();
      // Its connection ends only after this round of the event loop, in which thousands of others may come.
      reader.onLeave?.();
      settle();
    }
  }

  #checkLater(): void {
    this.#check ??= setTimeout(() => {
      this.#check = undefined;
      this.#cutOffSlowest();
    }, CHECK_MS).unref();
  }
}
