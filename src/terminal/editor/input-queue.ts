import type { Typed } from '../../chat/ports.js';

/** Between what is typed and who reads it: things wait here until they are asked for. */
export class InputQueue {
  #waiting: Typed[] = [];
  #read: { promise: Promise<Typed>; resolve: (typed: Typed) => void } | undefined;
  #isEnded = false;

  get isBeingRead(): boolean {
    return this.#read !== undefined;
  }

  /** The messages that wait. */
  get queued(): string[] {
    return this.#waiting.flatMap((typed) => (typed.type === 'text' ? [typed.text] : []));
  }

  give(typed: Typed): void {
    const read = this.#read;
    this.#read = undefined;
    if (read) read.resolve(typed);
    else this.#waiting.push(typed);
  }

  /** What waits already, if anything does. */
  next(): Typed | undefined {
    return this.#waiting.shift() ?? (this.#isEnded ? { type: 'end' } : undefined);
  }

  /** What is given next. */
  read(): Promise<Typed> {
    if (this.#read) return this.#read.promise;
    let resolve: (typed: Typed) => void = () => undefined;
    const promise = new Promise<Typed>((settle) => (resolve = settle));
    this.#read = { promise, resolve };
    return promise;
  }

  /** Empties it and gives the messages that waited. */
  takeBack(): string[] {
    const texts = this.queued;
    this.#waiting = [];
    return texts;
  }

  /** Nothing will be typed any more. */
  end(): void {
    this.#isEnded = true;
    if (this.#read) this.give({ type: 'end' });
  }
}
