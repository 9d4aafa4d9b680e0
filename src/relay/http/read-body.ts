import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import { busy, Refusal } from './answer.js';

/** Largest body that is used, in bytes (1 MiB). */
const MOST_BYTES = 1024 * 1024;
/**
 * So much of a larger one is read and dropped, in bytes, so that a caller who is still sending sees
 * the answer and not a broken connection.
 */
const MOST_DROPPED_BYTES = 8 * 1024 * 1024;
/**
 * All bodies together, in bytes (64 MiB): of many slow senders, and of turns that run. A turn takes about
 * four times its body.
 */
const MOST_HELD_BYTES = 64 * 1024 * 1024;
/** Nothing more is read from a connection of which the rest of the request is not wanted. */
const LAST = { connection: 'close' };

type Sender = Pick<Call, 'request' | 'response' | 'expectsContinue'>;

export class BodyReader {
  /** Of bodies that are being read or in use, in bytes. */
  #held = 0;

  /** The whole body, to be released. Rejects with a 413 or 503, or when the caller leaves before its end. */
  read({ request, response, expectsContinue }: Sender): Promise<Buffer> {
    // Who waits to be asked for the body is still to send all of it.
    const most = expectsContinue ? MOST_BYTES : MOST_DROPPED_BYTES;
    if (Number(request.headers['content-length']) > most) return Promise.reject(tooLarge(LAST));
    if (expectsContinue) response.writeContinue();
    return new Promise((resolve, reject) => {
      const body = new GrowingBody(request, (bytes) => (this.#held += bytes) <= MOST_HELD_BYTES);
      body.read(resolve, reject);
    });
  }

  /** A body is not in use any more. */
  release({ length }: Buffer): void {
    this.#held -= length;
  }
}

/** One body as it comes in. */
class GrowingBody {
  readonly #request: IncomingMessage;
  /** Counts bytes that are held; false when there is no room for them. */
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
      // What followed was no request, and was answered: nothing else can be.
      if (!socket.writable) leave();
      if (this.#size > MOST_BYTES) fail(tooLarge());
      if (this.#isOver) return;
      this.#isOver = true;
      const whole = joined(this.#pieces);
      this.#pieces.length = 0;
      resolve(whole);
    });
    this.#request.on('error', leave);
    this.#request.on('close', leave);
  }

  #take(piece: Buffer, fail: (error: Error) => void): void {
    if (this.#isOver) return;
    this.#size += piece.length;
    if (this.#size > MOST_DROPPED_BYTES) fail(tooLarge(LAST));
    if (this.#size > MOST_BYTES) return;
    this.#pieces.push(piece);
    if (!this.#hold(piece.length)) fail(busy('Too many requests in flight'));
  }

  /** Holds nothing any more; true the first time. */
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

/** Nobody is there to be answered. */
export class CallerLeft extends Error {
  override readonly name = 'CallerLeft';
}
