import type { Status } from './scene.js';
import { SPINNER_TICK_MS } from './spinner.js';
import type { Timers } from './timers.js';

export interface StatusTimerOptions {
  timers: Timers;
  monotonic: () => number;
  /** False where nothing is drawn again as time goes. */
  ticks: boolean;
  onTick: () => void;
}

/** The status and how long there has been one; a changed text doesn't start it anew. */
export class StatusTimer {
  readonly #options: StatusTimerOptions;
  #text: string | undefined;
  #since = 0;
  #stop: () => void = () => undefined;

  constructor(options: StatusTimerOptions) {
    this.#options = options;
  }

  get current(): Status | undefined {
    if (this.#text === undefined) return undefined;
    const { ticks, monotonic } = this.#options;
    return { text: this.#text, elapsed: ticks ? monotonic() - this.#since : undefined };
  }

  set(text: string | undefined): void {
    const { timers, ticks, onTick, monotonic } = this.#options;
    const begins = this.#text === undefined && text !== undefined;
    this.#text = text;
    if (begins) this.#since = monotonic();
    if (begins && ticks) this.#stop = timers.every(SPINNER_TICK_MS, onTick);
    if (text === undefined) this.#stop();
  }
}
