import { getEventListeners } from 'node:events';

const MOST_SPARE = 1024;

/**
 * Controllers of turns that ran to their end, used again: making one and forgetting it takes as long
 * as all else that the relay does for a turn. One that somebody still listens to is not.
 */
export class StopSignals {
  readonly #spare: AbortController[] = [];

  take(): AbortController {
    return this.#spare.pop() ?? new AbortController();
  }

  giveBack(stop: AbortController): void {
    const isUnused = !stop.signal.aborted && getEventListeners(stop.signal, 'abort').length === 0;
    if (isUnused && this.#spare.length < MOST_SPARE) this.#spare.push(stop);
  }
}
