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
  return new AppError('api', `the output cannot be written: ${cause.message}`, { cause });
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

function isClosedPipe(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'EPIPE';
}
