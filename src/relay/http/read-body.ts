import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

/** Largest body that is used, in bytes (1 MiB). */
const MOST_BYTES = 1024 * 1024;
/**
 * So much of a larger one is read and dropped, in bytes, so that a caller who is still sending sees
 * the answer and not a broken connection.
 */
const MOST_DROPPED_BYTES = 8 * 1024 * 1024;

/** The whole body. Rejects with a 413, or when the caller leaves before its end. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const tooLarge = (headers = {}): void =>
      reject(new Refusal(413, 'Request body too large', headers));
    if (Number(request.headers['content-length']) > MOST_DROPPED_BYTES) {
      tooLarge(LAST);
      return;
    }
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= MOST_BYTES) pieces.push(piece);
      else pieces.length = 0;
      if (size > MOST_DROPPED_BYTES) tooLarge(LAST);
    });
    request.on('end', () => {
      if (size > MOST_BYTES) tooLarge();
      const [first] = pieces;
      resolve(pieces.length === 1 && first ? first : Buffer.concat(pieces));
    });
    request.on('error', () => reject(new CallerLeft()));
    request.on('close', () => reject(new CallerLeft()));
  });
}

const LAST = { connection: 'close' };

/** Nobody is there to be answered. */
export class CallerLeft extends Error {
  override readonly name = 'CallerLeft';
}
