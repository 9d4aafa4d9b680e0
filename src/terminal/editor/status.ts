import type { Clock } from '../../base/time.js';

export interface ShownStatus {
  text: string;
  /** The age of the status in milliseconds; undefined when the status does not change with time. */
  elapsed: number | undefined;
}

/** The spinner of the prompt and the one of `send` turn equally fast. */
export const SPINNER_TICK_MS = 100;
export const SPINNER_FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Timers as an argument, so that tests need not wait. Each returns a function that stops it. */
export interface Timers {
  every(ms: number, task: () => void): () => void;
  after(ms: number, task: () => void): () => void;
}

export const realTimers: Timers = {
  every(ms, task) {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** A status with spinner and seconds; without animation, the text alone. */
export function statusText({ text, elapsed }: ShownStatus): string {
  if (elapsed === undefined) return text;
  const frame = SPINNER_FRAMES[Math.floor(elapsed / SPINNER_TICK_MS) % SPINNER_FRAMES.length] ?? '';
  const seconds = Math.floor(elapsed / 1000);
  return seconds > 0 ? `${frame} ${text} ${seconds}s` : `${frame} ${text}`;
}

export interface StatusTimerOptions {
  timers: Timers;
  clock: Pick<Clock, 'monotonic'>;
  /** False when the status does not change with time. */
  ticks: boolean;
  onTick: () => void;
}

/** The status and its age. A new text does not restart the clock. */
export class StatusTimer {
  readonly #options: StatusTimerOptions;
  #text: string | undefined;
  #since = 0;
  #stop: () => void = () => undefined;

  constructor(options: StatusTimerOptions) {
    this.#options = options;
  }

  get current(): ShownStatus | undefined {
    if (this.#text === undefined) return undefined;
    const { ticks, clock } = this.#options;
    return { text: this.#text, elapsed: ticks ? clock.monotonic() - this.#since : undefined };
  }

  set(text: string | undefined): void {
    const { timers, ticks, onTick, clock } = this.#options;
    const begins = this.#text === undefined && text !== undefined;
    this.#text = text;
    if (begins) this.#since = clock.monotonic();
    if (begins && ticks) this.#stop = timers.every(SPINNER_TICK_MS, onTick);
    if (text === undefined) this.#stop();
  }
}
