import { constants, open as openCallback, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { promisify } from 'node:util';
import { codeOf } from './files.js';
import type { Waiting } from './waiting.js';

/** Where a text goes, a piece at a time. */
export interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** What this process has open already: it is gone on with, and nothing can take its place. */
const OPEN_ALREADY = /^\/dev\/(std(in|out|err)|fd\/\d+)$|^\/proc\/(self|\d+)\/fd\/\d+$/;

/** Whether there is something that is written to and never replaced: a device, a named pipe, an open file. */
export function isSpecial(path: string, there: Stats | undefined): boolean {
  return there !== undefined && (!there.isFile() || OPEN_ALREADY.test(path));
}

/** Writes on where something special ends. A named pipe is waited for until somebody reads it. */
export async function openSpecial(path: string, there: Stats, waiting: Waiting): Promise<Sink> {
  if (there.isFIFO()) return pipeSink(await openPipe(path, waiting), waiting.signal);
  const handle = await open(path, 'a');
  return { write: (text) => handle.appendFile(text), close: () => handle.close() };
}

const POLL_MS = 50;

/** An open that blocks could not be stopped, not even by Ctrl-C; one that does not says that nobody reads yet. */
async function openPipe(path: string, { clock, signal }: Waiting): Promise<number> {
  for (;;) {
    try {
      return await promisify(openCallback)(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

function pipeSink(fd: number, signal: AbortSignal): Sink {
  const pipe = addAbortSignal(signal, new Socket({ fd, readable: false, writable: true }));
  // Who waits for the write is told.
  pipe.on('error', () => undefined);
  const done = (start: (told: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      start((error) => {
        if (error) reject(signal.aborted ? (signal.reason as Error) : error);
        else resolve();
      });
    });
  return {
    write: (text) => done((told) => pipe.write(text, told)),
    close: () => done((told) => pipe.end(told)),
  };
}
