import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { AppError } from '../base/errors.js';

/** Writes and waits until the text has left us, so that a slow reader slows us down. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error) reject(unwritable(error));
      else resolve();
    });
  });
}

/** A full disk, say: nothing that asking again would mend. */
function unwritable(cause: Error): AppError {
  return new AppError('output', `the output cannot be written: ${cause.message}`, { cause });
}

/** Writes for a reader that may leave early: then there is nobody to write for, which is no failure. */
export function writerForReader(stream: Writable): (text: string) => Promise<void> {
  let isRead = true;
  return async (text) => {
    if (!isRead) return;
    try {
      await write(stream, text);
    } catch (error) {
      if (!isClosedPipe(error)) throw error;
      isRead = false;
    }
  };
}

/** Whether a write failed because its reader had left. */
export function isClosedPipe(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'EPIPE';
}

interface LateOutputOptions {
  /** Whether a write may block the process: no signal has to be noticed meanwhile. */
  mayBlock: () => boolean;
  onError: (error: NodeJS.ErrnoException) => void;
}

type Done = (error?: Error | null) => void;

/**
 * Whether the descriptor is a pipe, a socket or a file, and so no terminal. A closed one is /dev/null by now: Node
 * opens it at its start, exactly as it does for a child whose output is ignored.
 */
export function isPlain(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket() || stats.isFile();
  } catch {
    return false;
  }
}

/**
 * A pipe or a file as a stream that is opened only when needed. Opening takes 3 ms, since Node loads its streams and
 * its network: a program that prints once and ends does without.
 */
export function lateOutput(
  descriptor: number,
  open: () => Writable,
  { mayBlock, onError }: LateOutputOptions,
): Writable {
  let opened: Writable | undefined;
  const stream = (): Writable => (opened ??= open());
  const write = (text: string, done?: Done): boolean => {
    if (opened || !mayBlock()) return stream().write(text, done);
    const left = writtenAtOnce(descriptor, text);
    if (left instanceof Error) {
      onError(left);
      done?.(left);
    } else if (left.length > 0) return stream().write(left, done);
    else done?.();
    return true;
  };
  return new Proxy(Object.create(null) as Writable, {
    get(_, name) {
      if (name === 'isTTY' || name === 'columns' || name === 'rows') return undefined;
      if (name === 'write') return write;
      const value: unknown = Reflect.get(stream(), name);
      return typeof value === 'function' ? (value.bind(stream()) as unknown) : value;
    },
    // The relay's log asks for the descriptor, and drops what nobody reads only if there is one.
    has: (_, name) => Reflect.has(stream(), name),
    set: (_, name, value) => Reflect.set(stream(), name, value),
  });
}

/** Gives the rest that a non-blocking pipe has no room for, or the error of the write. */
function writtenAtOnce(descriptor: number, text: string): Buffer | Error {
  let left = Buffer.from(text);
  try {
    while (left.length > 0) left = left.subarray(writeSync(descriptor, left));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!('code' in error && error.code === 'EAGAIN')) return error;
  }
  return left;
}
