// Loaded late: few settings come from a pipe.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../base/errors.js';
import { Deadline } from '../base/time.js';
import { codeOf, firstLine } from './files.js';
import type { WaitOptions } from './lock.js';

/** Far more than settings take. */
const MAX_BYTES = 1024 * 1024;
const POLL_MS = 20;
/** Bound on waiting for somebody who writes to a pipe. */
const WRITER_MS = 5_000;
/** Bound on waiting for the text: a password manager may ask the person first. */
const TEXT_MS = 60_000;

/** The content of a pipe or a device, within bounds. Throws an AppError that names it. */
export async function readStream(path: string, waiting: WaitOptions): Promise<Buffer> {
  const descriptor = openWithoutBlocking(path);
  try {
    return await readToEnd({ path, descriptor }, waiting);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, firstLine(error));
  } finally {
    closeSync(descriptor);
  }
}

const { O_RDONLY, O_NONBLOCK } = constants;

/** A blocking open could not be stopped, not even by Ctrl-C. */
function openWithoutBlocking(path: string): number {
  try {
    return openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, firstLine(error));
  }
}

interface OpenStream {
  path: string;
  descriptor: number;
}

async function readToEnd(
  { path, descriptor }: OpenStream,
  { clock, signal }: WaitOptions,
): Promise<Buffer> {
  // Without a writer, a pipe seems to be at its end.
  let hasStarted = !fstatSync(descriptor).isFIFO();
  let [limitMs, deadline] = [WRITER_MS, new Deadline(clock, WRITER_MS)];
  let content = Buffer.alloc(0);
  for (;;) {
    const piece = readNow(descriptor);
    if (piece?.length === 0 && hasStarted) return content;
    if (piece?.length !== 0 && limitMs < TEXT_MS) {
      [hasStarted, limitMs, deadline] = [true, TEXT_MS, new Deadline(clock, TEXT_MS)];
    }
    content = piece ? Buffer.concat([content, piece]) : content;
    if (content.length > MAX_BYTES) throw unreadable(path, 'more than 1 MiB');
    if (piece && piece.length > 0) continue;
    if (deadline.isOver) throw unreadable(path, `nothing came within ${limitMs / 1000} s`);
    await clock.sleep(POLL_MS, signal);
  }
}

/** The bytes that have arrived: none at the end, undefined while a writer is silent. */
function readNow(descriptor: number): Buffer | undefined {
  const piece = Buffer.alloc(64 * 1024);
  try {
    return piece.subarray(0, readSync(descriptor, piece));
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}

function unreadable(path: string, why: string): AppError {
  return new AppError('usage', `${path} cannot be read: ${why}`, {
    hint: 'give a file, or a pipe that something writes to',
  });
}
