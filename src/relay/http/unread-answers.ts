import type { ServerResponse } from 'node:http';

/** A caller that has not taken what was written to it. */
export interface SlowReader {
  readonly response: ServerResponse;
  readonly facts?: { isCutOff?: boolean };
  readonly onLeave?: (() => void) | undefined;
}

interface Unread {
  readonly bytes: number;
  /** Ends the wait for the reader. */
  readonly settle: () => void;
}

/**
 * The answers that wait in this process for slow readers, with a bound on all of them together. Above it, the reader
 * that has taken nothing for longest is cut off.
 */
export class UnreadAnswers {
  readonly #maxBytes: number;
  #bytes = 0;
  /** In the order in which they last took something. */
  readonly #readers = new Map<SlowReader, Unread>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
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
      this.#readers.set(reader, { bytes, settle });
      this.#bytes += bytes;
      this.#cutOffSlowest();
    });
  }

  /** The reader that came last stays: alone, it may have the longest answer. */
  #cutOffSlowest(): void {
    for (const [reader, { settle }] of this.#readers) {
      if (this.#bytes <= this.#maxBytes || this.#readers.size === 1) return;
      if (reader.facts) reader.facts.isCutOff = true;
      reader.response.destroy();
      // Its connection ends only after this round of the event loop, in which thousands of others may come.
      reader.onLeave?.();
      settle();
    }
  }
}
