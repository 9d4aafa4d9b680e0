/** So much is kept for a reader who is slower than the sender, in bytes. */
const MOST_WAITING = 64 * 1024;

export interface BodySource {
  /** Goes on with what was held back. */
  resume(): void;
  /** The reader has left before the end. */
  leave(): void;
  /** The reader waits for a piece, or does not any more. */
  onWait(isWaiting: boolean): void;
}

interface Waiting {
  resolve: (result: IteratorResult<Buffer, undefined>) => void;
  reject: (error: Error) => void;
}

const END: IteratorResult<Buffer, undefined> = { done: true, value: undefined };

/** An answer's bytes, from who pushes them to who asks for them. */
export class AnswerBody implements AsyncIterableIterator<Buffer, undefined> {
  readonly #source: BodySource;
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #isHeld = false;
  #end: 'whole' | Error | undefined;
  #waiting: Waiting | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether more may come at once. */
  push(piece: Buffer): boolean {
    if (this.#waiting) {
      this.#settleWaiting().resolve({ done: false, value: piece });
      return true;
    }
    this.#pieces.push(piece);
    this.#size += piece.length;
    this.#isHeld = this.#size > MOST_WAITING;
    return !this.#isHeld;
  }

  /** Nothing more comes. */
  finish(end: 'whole' | Error): void {
    if (this.#end) return;
    this.#end = end;
    if (!this.#waiting) return;
    const waiting = this.#settleWaiting();
    if (end === 'whole') waiting.resolve(END);
    else waiting.reject(end);
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#size -= piece.length;
      if (this.#isHeld && this.#size <= MOST_WAITING) this.#release();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#end === 'whole') return Promise.resolve(END);
    if (this.#end) return Promise.reject(this.#end);
    this.#source.onWait(true);
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    if (!this.#end) this.#source.leave();
    this.#end = 'whole';
    this.#pieces.length = 0;
    return Promise.resolve(END);
  }

  #release(): void {
    this.#isHeld = false;
    this.#source.resume();
  }

  #settleWaiting(): Waiting {
    const waiting = this.#waiting;
    if (!waiting) throw new Error('nobody waits');
    this.#waiting = undefined;
    this.#source.onWait(false);
    return waiting;
  }
}
