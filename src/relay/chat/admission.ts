import type { Signal } from '../../base/time.js';

/** Turns that start at once. */
const MAX_AT_ONCE = 300;
/** While more wait, the limit grows by this number in each interval: 2,000 a second. */
const LIMIT_STEP = 20;
const STEP_MS = 10;

export interface AdmissionPorts {
  /** Whether long replies wait to be read, because too much is being read already. */
  isCrowded: () => boolean;
  /** Called once, when a turn has to wait for the first time. */
  onManyTurns: () => void;
}

/**
 * Lets turns start, in order. How much memory their replies will take is known only when those come, so the number of
 * turns that run at once grows step by step, and not at all while long replies wait to be read.
 */
export class Admission {
  readonly #ports: AdmissionPorts;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #limit = MAX_AT_ONCE;
  #timer: NodeJS.Timeout | undefined;
  #hadMany = false;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
  }

  /** Turns that wait to start. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Lets a turn in, which must `leave` at its end. Gives no promise when there is nothing to wait for; rejects with
   * the signal's reason.
   */
  enter(signal: Signal): Promise<void> | void {
    const isFree = this.#running < this.#limit && !this.#ports.isCrowded();
    if (!isFree || this.#waiting.size > 0) return this.#wait(signal);
    this.#running++;
  }

  leave(): void {
    this.#running--;
    // A limit that grew for turns that are over must not let as many others start at once.
    this.#limit = Math.min(this.#limit, this.#running + MAX_AT_ONCE);
    if (this.#waiting.size > 0) this.#letIn(this.#ports.isCrowded() ? 1 : Infinity);
  }

  async #wait(signal: Signal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#hadMany) this.#ports.onManyTurns();
    this.#hadMany = true;
    this.#growLater();
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(start);
        reject(signal.reason as Error);
      };
      const start = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      this.#waiting.add(start);
      signal.addEventListener('abort', stop);
    });
  }

  #letIn(count: number): void {
    for (const start of this.#waiting) {
      if (count-- <= 0 || this.#running >= this.#limit) return;
      this.#waiting.delete(start);
      this.#running++;
      start();
    }
  }

  #growLater(): void {
    this.#timer ??= setTimeout(() => this.#grow(), STEP_MS);
  }

  #grow(): void {
    this.#timer = undefined;
    if (!this.#ports.isCrowded()) {
      this.#limit = Math.max(this.#limit, this.#running) + LIMIT_STEP;
      this.#letIn(Infinity);
    }
    if (this.#waiting.size > 0) this.#growLater();
  }
}
