import type { Readable, Writable } from 'node:stream';
import { AppError } from '../errors.js';
import { MAX_MESSAGE_BYTES, messageTooLong } from '../core/message-text.js';

/** Writes and waits until the text has left us, so that a slow reader slows us down. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** All of a stream as UTF-8 text, unchanged. Throws on other bytes and on more than 1 MiB. */
export async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    if (size > MAX_MESSAGE_BYTES) throw messageTooLong();
    chunks.push(bytes);
  }
  return decoded(Buffer.concat(chunks));
}

const NEWLINE = 0x0a;

/** The lines of a stream, without their ends. Throws on a line that is not UTF-8 or over 1 MiB. */
export async function* readLines(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer | string>) {
    rest = Buffer.concat([rest, Buffer.from(chunk as Buffer)]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield line(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_MESSAGE_BYTES) throw messageTooLong();
  }
  if (rest.length > 0) yield line(rest);
}

function line(bytes: Buffer): string {
  return decoded(bytes).replace(/\r$/, '');
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AppError('usage', 'stdin is not UTF-8 text', {
      hint: 'convert it first, for example with: iconv -f latin1 -t utf-8',
    });
  }
}
