import type { Bytes } from '../answer.js';

const MEBIBYTE = 1024 * 1024;
const PIECE = 'x'.repeat(64 * 1024);

/** So many bytes from the start, cut wherever that is. */
export async function* firstBytes(source: Bytes, count: number): AsyncGenerator<Buffer> {
  let left = count;
  if (left <= 0) return;
  for await (const piece of source) {
    const bytes = Buffer.from(piece).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left <= 0) return;
  }
}

/** One byte at a time, with a pause after each. */
export async function* dripped(source: Bytes, pause: () => Promise<void>): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    for (const byte of Buffer.from(piece)) {
      yield Buffer.from([byte]);
      await pause();
    }
  }
}

/** Made while it is sent: it never is in memory as a whole. */
export function* oversizedJson(mebibytes: number): Generator<Buffer> {
  yield Buffer.from('{"content":"');
  yield* pieces(mebibytes, PIECE);
  yield Buffer.from('"}');
}

export function* oversizedStream(mebibytes: number, last: string): Generator<Buffer> {
  yield* pieces(mebibytes, `event: delta\ndata: {"content":"${PIECE}"}\n\n`);
  yield Buffer.from(last);
}

function* pieces(mebibytes: number, text: string): Generator<Buffer> {
  const piece = Buffer.from(text);
  for (let sent = 0; sent < mebibytes * MEBIBYTE; sent += piece.length) yield piece;
}
