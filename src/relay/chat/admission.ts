import type { Signal } from '../../base/time.js';

/** Up to this number of turns start at once. */
const MANY = 300;
/** Above it, the limit grows by this number in each interval: 2,000 a second. */
const GROWTH = 20;
const GROWTH_MS = 10;

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
  #limit = MANY;
  #timer: NodeJS.Timeout | undefined;
  #hadMany = false;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
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
    if (this.#running === 0) this.#limit = MANY;
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
    this.#timer ??= setTimeout(() => this.#grow(), GROWTH_MS);
  }

  #grow(): void {
    this.#timer = undefined;
    if (!this.#ports.isCrowded()) {
      this.#limit = Math.max(this.#limit, this.#running) + GROWTH;
      this.#letIn(Infinity);
    }
    if (this.#waiting.size > 0) this.#growLater();
  }
}
