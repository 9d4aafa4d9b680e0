/** Kept for a reader who is slower than the sender before the sender is held back, in bytes. */
const MAX_BUFFERED = 64 * 1024;

export interface BodySource {
  /** Continues after `push` returned false. */
  resume(): void;
  /** The reader leaves before the end. */
  leave(): void;
  /** The reader begins or ends to wait for a piece. */
  onWait(isWaiting: boolean): void;
}

interface Waiting {
  resolve: (result: IteratorResult<Buffer, undefined>) => void;
  reject: (error: Error) => void;
}

const END: IteratorResult<Buffer, undefined> = { done: true, value: undefined };

/** The bytes of a response: pushed by a connection, pulled by a reader. */
export class ResponseBody implements AsyncIterableIterator<Buffer, undefined> {
  readonly #source: BodySource;
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #isHeld = false;
  #end: 'complete' | Error | undefined;
  #waiting: Waiting | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Returns false when no more may come until the source is resumed. */
  push(piece: Buffer): boolean {
    if (this.#waiting) {
      this.#stopWaiting(this.#waiting).resolve({ done: false, value: piece });
      return true;
    }
    this.#pieces.push(piece);
    this.#size += piece.length;
    this.#isHeld = this.#size > MAX_BUFFERED;
    return !this.#isHeld;
  }

  /** Ends the body, with what is buffered still to be read. */
  finish(end: 'complete' | Error): void {
    if (this.#end) return;
    this.#end = end;
    if (!this.#waiting) return;
    const waiting = this.#stopWaiting(this.#waiting);
    if (end === 'complete') waiting.resolve(END);
    else waiting.reject(end);
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#size -= piece.length;
      if (this.#isHeld && this.#size <= MAX_BUFFERED) this.#release();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#end === 'complete') return Promise.resolve(END);
    if (this.#end) return Promise.reject(this.#end);
    this.#source.onWait(true);
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    if (!this.#end) this.#source.leave();
    this.#end = 'complete';
    this.#pieces.length = 0;
    return Promise.resolve(END);
  }

  #release(): void {
    this.#isHeld = false;
    this.#source.resume();
  }

  #stopWaiting(waiting: Waiting): Waiting {
    this.#waiting = undefined;
    this.#source.onWait(false);
    return waiting;
  }
}

/** Reads a body to its end, so that its connection can carry the next request. */
export async function discard(body: AsyncIterable<Buffer>): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
}
