import type { IncomingMessage, ServerResponse } from 'node:http';
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

interface Sender {
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
}

export class BodyReader {
  #heldBytes = 0;

  /** Reads a body that is to be released later. Rejects with a 413, a 503 or CallerLeft. */
  read({ request, response, expectsContinue }: Sender): Promise<Buffer> {
    // A caller that waits for `100 Continue` has sent nothing yet, so nothing has to be dropped.
    const maxBytes = expectsContinue ? MAX_BYTES : MAX_READ_BYTES;
    if (Number(request.headers['content-length']) > maxBytes) {
      return Promise.reject(tooLarge(CLOSE));
    }
    if (expectsContinue) response.writeContinue();
    return new Promise((resolve, reject) => this.#receive(request, { resolve, reject }));
  }

  #receive(
    request: IncomingMessage,
    { resolve, reject }: { resolve: (body: Buffer) => void; reject: (error: Error) => void },
  ): void {
    const { socket } = request;
    const pieces: Buffer[] = [];
    let [size, isOver] = [0, false];
    const fail = (error: Error): void => {
      if (isOver) return;
      isOver = true;
      for (const piece of pieces.splice(0)) this.release(piece);
      reject(error);
    };
    const leave = (): void => {
      if (!isOver) fail(new CallerLeft());
    };
    request.on('data', (piece: Buffer) => {
      if (isOver) return;
      size += piece.length;
      if (size > MAX_READ_BYTES) fail(tooLarge(CLOSE));
      if (size > MAX_BYTES) return;
      pieces.push(piece);
      this.#heldBytes += piece.length;
      if (this.#heldBytes > MAX_HELD_BYTES) fail(busy('Too many requests in flight'));
    });
    request.on('end', () => {
      // Invalid bytes after this request have ended the connection with an answer of their own.
      if (!socket.writable) leave();
      if (size > MAX_BYTES) fail(tooLarge());
      if (isOver) return;
      isOver = true;
      resolve(joined(pieces));
    });
    request.on('error', leave).on('close', leave);
  }

  release({ length }: Buffer): void {
    this.#heldBytes -= length;
  }
}

/** Reads and drops the rest of a body that nobody reads. A caller that sends too much of it is cut off. */
export function dropBody(request: IncomingMessage): void {
  if (request.complete || request.listenerCount('data') > 0) return;
  let size = 0;
  request.on('error', () => undefined);
  request.on('data', ({ length }: Buffer) => {
    size += length;
    if (size > MAX_READ_BYTES) request.destroy();
  });
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
