import type { Readable } from 'node:stream';
import { AppError } from '../base/errors.js';
import { MAX_MESSAGE_BYTES, messageTooLong } from '../turn/events.js';

/**
 * A complete stream as UTF-8 text without its byte order mark. Throws on other bytes, on more than 1 MiB, and the
 * signal's reason.
 */
export async function readText(stream: Readable, signal: AbortSignal): Promise<string> {
  const stop = (): void => void stream.destroy(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const bytes of chunksOf(stream)) {
      size += bytes.length;
      if (size > MAX_MESSAGE_BYTES) throw messageTooLong();
      chunks.push(bytes);
    }
    const text = decodedText(Buffer.concat(chunks));
    if (typeof text !== 'string') throw text;
    return withoutMark(text);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const NEWLINE = 0x0a;

/**
 * The lines of a stream, without their newlines. A line that is not UTF-8 or over 1 MiB is yielded
 * as an error; memory stays bounded while a longer line arrives.
 */
export async function* readLines(stream: Readable): AsyncGenerator<string | AppError> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  const decoded = (bytes: Buffer): string | AppError => {
    const line = decodedLine(bytes);
    const text = isFirst && typeof line === 'string' ? withoutMark(line) : line;
    isFirst = false;
    return text;
  };
  for await (const bytes of chunksOf(stream)) {
    rest = Buffer.concat([rest, bytes]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
      yield decoded(rest.subarray(start, end));
      start = end + 1;
    }
    rest = rest.subarray(start, start + MAX_MESSAGE_BYTES + 1);
  }
  if (rest.length > 0) yield decoded(rest);
}

/** A folder or a closed terminal as stdin fails when it is read. */
async function* chunksOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      yield Buffer.from(chunk as Buffer);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const why = cause instanceof Error ? cause.message : '';
    throw new AppError('usage', `stdin cannot be read: ${why}`, { cause });
  }
}

/** PowerShell begins piped text with a byte order mark. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

function decodedLine(bytes: Buffer): string | AppError {
  if (bytes.length > MAX_MESSAGE_BYTES) return messageTooLong();
  const line = decodedText(bytes);
  return typeof line === 'string' ? line.replace(/\r$/, '') : line;
}

function decodedText(bytes: Buffer): string | AppError {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new AppError('usage', 'stdin is not UTF-8 text', {
      hint: `convert it first, for example with: iconv -f ${encodingOf(bytes)} -t utf-8`,
    });
  }
}

/** UTF-16 tells by its byte order mark; the rest is a guess. */
function encodingOf(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  return mark === 'fffe' || mark === 'feff' ? 'utf-16' : 'latin1';
}
