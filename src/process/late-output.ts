import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

interface LateOutputOptions {
  /** Whether nobody has to be told of a signal while a write waits for the reader. */
  mayBlock: () => boolean;
  onError: (error: NodeJS.ErrnoException) => void;
}

type Done = (error?: Error | null) => void;

/** Whether what is behind a descriptor is known to be no terminal. */
export function isPlain(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket() || stats.isFile();
  } catch {
    return false;
  }
}

/**
 * A pipe or a file as a stream that is opened when it has to be. Node loads its streams and its network for
 * that, which takes 3 ms: a program that prints once and ends does without.
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
    try {
      const left = writtenAtOnce(descriptor, text);
      if (left.length > 0) return stream().write(left, done);
      done?.();
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      onError(error);
      done?.(error);
    }
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

/** Gives what a pipe that never waits has no room for. */
function writtenAtOnce(descriptor: number, text: string): Buffer {
  let left = Buffer.from(text);
  try {
    while (left.length > 0) left = left.subarray(writeSync(descriptor, left));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
  }
  return left;
}
