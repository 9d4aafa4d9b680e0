import type { Typed } from '../../chat/ports.js';

/** Finished input waits here until it is read. */
export class InputQueue {
  #waiting: Typed[] = [];
  #held: string[] = [];
  #read: { promise: Promise<Typed>; resolve: (typed: Typed) => void } | undefined;
  #isEnded = false;

  get isBeingRead(): boolean {
    return this.#read !== undefined;
  }

  /** The messages that nobody has read yet. */
  get queued(): string[] {
    return this.#waiting.flatMap((typed) => (typed.type === 'text' ? [typed.text] : []));
  }

  /** The messages that come back to the prompt one by one, instead of being read. */
  get held(): readonly string[] {
    return this.#held;
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

  /** Holds the messages that wait, after those that are held already; `first` goes before all. */
  hold(first?: string): void {
    this.#held = [...(first === undefined ? [] : [first]), ...this.#held, ...this.queued];
    this.#waiting = this.#waiting.filter(({ type }) => type !== 'text');
  }

  /** Holds the messages that wait, and drops all other input. */
  interrupt(): void {
    this.hold();
    this.#waiting = [];
  }

  /** The first message that is held and may come back. It is held no longer. */
  release(mayComeBack: (text: string) => boolean): string | undefined {
    const index = this.#held.findIndex(mayComeBack);
    return index < 0 ? undefined : this.#held.splice(index, 1)[0];
  }

  /** Takes a message out of those that are held, because it is sent after all. */
  forget(text: string): void {
    const index = this.#held.indexOf(text);
    if (index >= 0) this.#held.splice(index, 1);
  }

  /** Empties the queue and returns its messages, the held ones first. */
  takeBack(): string[] {
    const texts = [...this.#held, ...this.queued];
    this.#held = [];
    this.#waiting = [];
    return texts;
  }

  /** No more input will come. */
  end(): void {
    this.#isEnded = true;
    if (this.#read) this.give({ type: 'end' });
  }
}
