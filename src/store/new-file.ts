import { constants, open as openCallback, type Stats } from 'node:fs';
import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join, resolve, sep } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { promisify } from 'node:util';
import { AppError } from '../base/errors.js';
import { codeOf } from './files.js';
import type { WaitOptions } from './lock.js';

export interface NewFile {
  cwd: string;
  file: string;
  /** May take the place of another file. */
  force: boolean;
  /** A part of a name that nobody else has. */
  id: string;
}

/** Throws where `writeNewFile` is going to refuse, before there is anything to write. */
export async function assertFree({ cwd, file, force }: Omit<NewFile, 'id'>): Promise<void> {
  const path = resolve(cwd, file);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) {
    throw new AppError('usage', `${path} is a folder`, {
      hint: `give a file in it: ${join(path, 'conversation.md')}`,
    });
  }
  if (there && !force) throw isThere(path);
  if (there) return;
  if (file.endsWith('/') || file.endsWith(sep)) throw notThere(path);
  if (!(await stat(dirname(path)).catch(() => undefined))) throw notThere(dirname(path));
}

function notThere(folder: string): AppError {
  return new AppError('usage', `there is no folder ${folder}`, {
    hint: 'make it first, or give another place',
  });
}

/** What is wrong with the disk and not with the place: as when stdout cannot be written. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EIO'];

type Task = (write: Sink['write']) => Promise<void>;

/**
 * Writes a file piece by piece and gives its path. It is there whole or not at all, and what was
 * there before stays unless `force` says otherwise; then it stays until the new one is whole.
 * What a link leads to is replaced, never the link; a device or a pipe is written to.
 */
export async function writeNewFile(
  { cwd, file, force, id }: NewFile,
  waiting: WaitOptions,
  task: Task,
): Promise<string> {
  const path = resolve(cwd, file);
  const there = force ? await stat(path).catch(() => undefined) : undefined;
  if (there && isSpecial(path, there)) {
    await fill(path, await naming(path, () => openSpecial(path, there, waiting)), task);
    return path;
  }
  const target = force ? await naming(path, () => endOfLinks(path)) : path;
  const written = force ? join(dirname(target), `${id}.tmp`) : target;
  const sink = await naming(path, () => openNew(written));
  try {
    await fill(path, sink, task);
    if (written !== target) await naming(path, () => rename(written, target));
    return path;
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}

/** A link may lead to what is not there yet. */
async function endOfLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const next = await readlink(path).catch(() => undefined);
    return next === undefined ? path : endOfLinks(resolve(dirname(path), next));
  }
}

async function openNew(path: string): Promise<Sink> {
  const handle = await open(path, 'wx', 0o600);
  return { write: (text) => handle.appendFile(text), close: () => handle.close() };
}

async function fill(path: string, sink: Sink, task: Task): Promise<void> {
  try {
    await task((text) => naming(path, () => sink.write(text)));
  } catch (error) {
    await sink.close().catch(() => undefined);
    throw error;
  }
  await naming(path, () => sink.close());
}

async function naming<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (codeOf(cause) === 'EEXIST') throw isThere(path);
    const why = cause instanceof Error ? cause.message : '';
    const kind = NO_ROOM.includes(codeOf(cause) ?? '') ? 'api' : 'usage';
    throw new AppError(kind, `cannot save: ${why}`, { hint: 'give another place', cause });
  }
}

function isThere(path: string): AppError {
  return new AppError('usage', `${path} is there already`, {
    hint: 'give another name, or --force to replace it',
  });
}

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
export async function openSpecial(path: string, there: Stats, waiting: WaitOptions): Promise<Sink> {
  if (there.isFIFO()) return pipeSink(await openPipe(path, waiting), waiting.signal);
  const handle = await open(path, 'a');
  return { write: (text) => handle.appendFile(text), close: () => handle.close() };
}

const POLL_MS = 50;

/** An open that blocks could not be stopped, not even by Ctrl-C; one that does not says that nobody reads yet. */
async function openPipe(path: string, { clock, signal }: WaitOptions): Promise<number> {
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
