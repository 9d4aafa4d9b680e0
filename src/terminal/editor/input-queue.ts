import type { Typed } from '../../chat/ports.js';

/** Finished input waits here until it is read. */
export class InputQueue {
  #waiting: Typed[] = [];
  #read: { promise: Promise<Typed>; resolve: (typed: Typed) => void } | undefined;
  #isEnded = false;

  get isBeingRead(): boolean {
    return this.#read !== undefined;
  }

  /** The messages that nobody has read yet. */
  get queued(): string[] {
    return this.#waiting.flatMap((typed) => (typed.type === 'text' ? [typed.text] : []));
  }

  give(typed: Typed): void {
    const read = this.#read;
    this.#read = undefined;
    if (read) read.resolve(typed);
    else this.#waiting.push(typed);
  }

  /** The first input that waits; undefined when there is none. */
  next(): Typed | undefined {
    return this.#waiting.shift() ?? (this.#isEnded ? { type: 'end' } : undefined);
  }

  /** The input that arrives next. */
  read(): Promise<Typed> {
    if (this.#read) return this.#read.promise;
    let resolve: (typed: Typed) => void = () => undefined;
    const promise = new Promise<Typed>((settle) => (resolve = settle));
    this.#read = { promise, resolve };
    return promise;
  }

  /** Empties the queue and returns its messages. */
  takeBack(): string[] {
    const texts = this.queued;
    this.#waiting = [];
    return texts;
  }

  /** No more input will come. */
  end(): void {
    this.#isEnded = true;
    if (this.#read) this.give({ type: 'end' });
  }
}
