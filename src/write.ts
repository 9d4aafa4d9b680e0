import type { Writable } from 'node:stream';
import { AppError } from './errors.js';

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
