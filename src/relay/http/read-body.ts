import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import { busy, Refusal } from './answer.js';

/** 1 MiB. */
const MAX_BYTES = 1024 * 1024;
/**
 * Up to 8 MiB of a larger body are read and dropped: a caller that is still sending gets the answer in place
 * of a broken connection.
 */
const MAX_READ_BYTES = 8 * 1024 * 1024;
/** All bodies together, 64 MiB, both arriving and in use. A turn takes about four times its body. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** For an answer before the end of the body: the rest of it is never read. */
const CLOSE = { connection: 'close' };

type Sender = Pick<Call, 'request' | 'response' | 'expectsContinue'>;

export class BodyReader {
  #heldBytes = 0;

  /** Reads a body that is to be released later. Rejects with a 413, a 503 or CallerLeft. */
  read({ request, response, expectsContinue }: Sender): Promise<Buffer> {
    // A caller that waits for `100 Continue` has sent nothing yet, so nothing has to be dropped.
    const maxBytes = expectsContinue ? MAX_BYTES : MAX_READ_BYTES;
    if (Number(request.headers['content-length']) > maxBytes)
      return Promise.reject(tooLarge(CLOSE));
    if (expectsContinue) response.writeContinue();
    return new Promise((resolve, reject) => {
      const body = new GrowingBody(
        request,
        (bytes) => (this.#heldBytes += bytes) <= MAX_HELD_BYTES,
      );
      body.read(resolve, reject);
    });
  }

  release({ length }: Buffer): void {
    this.#heldBytes -= length;
  }
}

/** A body that is arriving. */
class GrowingBody {
  readonly #request: IncomingMessage;
  /** Adds to the bytes that all bodies hold; false when that is too much. */
  readonly #hold: (bytes: number) => boolean;
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #isOver = false;

  constructor(request: IncomingMessage, hold: (bytes: number) => boolean) {
    this.#request = request;
    this.#hold = hold;
  }

  read(resolve: (body: Buffer) => void, reject: (error: Error) => void): void {
    const fail = (error: Error): void => {
      if (this.#settle()) reject(error);
    };
    const leave = (): void => {
      if (!this.#isOver) fail(new CallerLeft());
    };
    const { socket } = this.#request;
    this.#request.on('data', (piece: Buffer) => this.#take(piece, fail));
    this.#request.on('end', () => {
      // Invalid bytes after this request have ended the connection with an answer of their own.
      if (!socket.writable) leave();
      if (this.#size > MAX_BYTES) fail(tooLarge());
      if (this.#isOver) return;
      this.#isOver = true;
      const body = joined(this.#pieces);
      this.#pieces.length = 0;
      resolve(body);
    });
    this.#request.on('error', leave);
    this.#request.on('close', leave);
  }

  #take(piece: Buffer, fail: (error: Error) => void): void {
    if (this.#isOver) return;
    this.#size += piece.length;
    if (this.#size > MAX_READ_BYTES) fail(tooLarge(CLOSE));
    if (this.#size > MAX_BYTES) return;
    this.#pieces.push(piece);
    if (!this.#hold(piece.length)) fail(busy('Too many requests in flight'));
  }

  /** Frees the held bytes; true the first time. */
  #settle(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    for (const { length } of this.#pieces) this.#hold(-length);
    this.#pieces.length = 0;
    return true;
  }
}

function joined(pieces: Buffer[]): Buffer {
  const [first] = pieces;
  return pieces.length === 1 && first ? first : Buffer.concat(pieces);
}

function tooLarge(headers = {}): Refusal {
  return new Refusal(413, 'Request body too large', headers);
}

/** The caller closed the connection before the end of the body. */
export class CallerLeft extends Error {
  override readonly name = 'CallerLeft';
}
