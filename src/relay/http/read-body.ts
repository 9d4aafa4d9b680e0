import type { Call } from '../call.js';
import { busy, Refusal } from './refusal.js';

/** Largest body that is used, in bytes (1 MiB). */
const MOST_BYTES = 1024 * 1024;
/**
 * So much of a larger one is read and dropped, in bytes, so that a caller who is still sending sees
 * the answer and not a broken connection.
 */
const MOST_DROPPED_BYTES = 8 * 1024 * 1024;
/** All bodies together that are not whole yet, in bytes (128 MiB): many slow senders. */
const MOST_HELD_BYTES = 128 * 1024 * 1024;
/** Nothing more is read from a connection of which the rest of the request is not wanted. */
const LAST = { connection: 'close' };

type Sender = Pick<Call, 'request' | 'response' | 'expectsContinue'>;

export class BodyReader {
  /** Of bodies that are not whole yet, in bytes. */
  #held = 0;

  /** The whole body. Rejects with a 413 or 503, or when the caller leaves before its end. */
  read({ request, response, expectsContinue }: Sender): Promise<Buffer> {
    // Who waits to be asked for the body is still to send all of it.
    const most = expectsContinue ? MOST_BYTES : MOST_DROPPED_BYTES;
    if (Number(request.headers['content-length']) > most) return Promise.reject(tooLarge(LAST));
    if (expectsContinue) response.writeContinue();
    const pieces: Buffer[] = [];
    let size = 0;
    let kept = 0;
    return new Promise<Buffer>((resolve, reject) => {
      request.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > MOST_DROPPED_BYTES) reject(tooLarge(LAST));
        if (size > MOST_BYTES) return;
        if (this.#held > MOST_HELD_BYTES) reject(busy('Too many requests in flight'));
        kept += piece.length;
        this.#held += piece.length;
        pieces.push(piece);
      });
      request.on('end', () => {
        if (size > MOST_BYTES) reject(tooLarge());
        else resolve(joined(pieces));
      });
      request.on('close', () => reject(new CallerLeft()));
      request.on('error', () => reject(new CallerLeft()));
    }).finally(() => {
      this.#held -= kept;
      kept = 0;
      pieces.length = 0;
    });
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
