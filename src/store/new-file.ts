import { constants, open as openCallback, type Stats } from 'node:fs';
import { lstat, open, rename, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join, parse, sep } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { promisify } from 'node:util';
import { AppError } from '../base/errors.js';
import { codeOf, firstLine } from './files.js';
import type { WaitOptions } from './lock.js';
import { locate, type Place } from './paths.js';
import { endOfLinks } from './private-files.js';

interface NewFile {
  /** The folder of relative paths, and the meaning of `~`. */
  place: Place;
  file: string;
  /** Whether another file may be replaced; undefined where the person cannot choose. */
  force?: boolean | undefined;
  /** If the file exists, another one is written: `notes-2.md`. */
  isNumbered?: boolean | undefined;
  /** Unique: part of the name of a temporary file. */
  id: string;
}

/** Throws what `writeNewFile` would throw, before there is anything to write. */
export async function assertFree({
  place,
  file,
  force,
  isNumbered,
}: Omit<NewFile, 'id'>): Promise<void> {
  const path = locate(file, place);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) {
    throw new AppError('usage', `${path} is a folder`, {
      hint: `give a file in it: ${join(path, 'conversation.md')}`,
    });
  }
  if (existing && !force && !isNumbered) throw fileExists(path, force);
  if (existing) return;
  if (file.endsWith('/') || file.endsWith(sep)) throw noFolder(path);
  if (!(await stat(dirname(path)).catch(() => undefined))) throw noFolder(dirname(path));
}

/** A path without a file: the path itself, or `notes-2.md`, `notes-3.md`, … beside it. */
async function freePath(path: string): Promise<string> {
  const { dir, name, ext } = parse(path);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : join(dir, `${name}-${number}${ext}`);
    if (!(await lstat(candidate).catch(() => undefined))) return candidate;
  }
}

function fileExists(path: string, force: boolean | undefined): AppError {
  const orForce = force === undefined ? '' : ', or use --force to replace it';
  return new AppError('usage', `${path} already exists`, { hint: `choose another name${orForce}` });
}

function noFolder(folder: string): AppError {
  return new AppError('usage', `there is no folder ${folder}`, {
    hint: 'create it first, or choose another location',
  });
}

type WriteTask = (write: Sink['write']) => Promise<void>;

/**
 * Writes a file piece by piece and gives its path. It is complete or not there. With `force`, another
 * file is replaced once the new one is complete. The target of a link is replaced, never the link; a
 * device or a pipe is written to.
 */
export async function writeNewFile(
  { place, file, force, isNumbered, id }: NewFile,
  waiting: WaitOptions,
  task: WriteTask,
): Promise<string> {
  const path = isNumbered ? await freePath(locate(file, place)) : locate(file, place);
  const saving = <T>(write: () => Promise<T>): Promise<T> =>
    write().catch((error: unknown) => {
      throw saveFailure(error, path, force);
    });
  const existing = force ? await stat(path).catch(() => undefined) : undefined;
  if (existing && isSpecial(path, existing)) {
    await fill(await saving(() => openSpecial(path, existing, waiting)), task, saving);
    return path;
  }
  const target = force ? await saving(() => Promise.resolve(path).then(endOfLinks)) : path;
  const written = force ? join(dirname(target), `${id}.tmp`) : target;
  const sink = await saving(() => openFile(written, 'wx'));
  try {
    await fill(sink, task, saving);
    if (written !== target) await saving(() => rename(written, target));
    return path;
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}

async function openFile(path: string, flags: 'wx' | 'a'): Promise<Sink> {
  const handle = await open(path, flags, 0o600);
  return { write: (text) => handle.appendFile(text), close: () => handle.close() };
}

async function fill(
  sink: Sink,
  task: WriteTask,
  saving: (write: () => Promise<void>) => Promise<void>,
): Promise<void> {
  try {
    await task((text) => saving(() => sink.write(text)));
  } catch (error) {
    await sink.close().catch(() => undefined);
    throw error;
  }
  await saving(() => sink.close());
}

/** Faults of the disk, not of the path. They have the same kind as a stdout that cannot be written. */
const DISK_FAULTS = ['ENOSPC', 'EDQUOT', 'EIO'];

function saveFailure(cause: unknown, path: string, force: boolean | undefined): AppError {
  if (cause instanceof AppError) return cause;
  if (codeOf(cause) === 'EEXIST') return fileExists(path, force);
  const kind = DISK_FAULTS.includes(codeOf(cause) ?? '') ? 'output' : 'usage';
  return new AppError(kind, `cannot save ${path}: ${whyOf(cause)}`, {
    hint: 'choose another location',
    cause,
  });
}

/** Without the call and the path: that of a temporary file tells a person nothing. */
function whyOf(cause: unknown): string {
  return firstLine(cause).replace(/, [a-z]+( '.*)?$/, '');
}

/** An open file that takes text, a piece at a time. */
interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** A file that this process has open already: it is continued and cannot be replaced. */
const OPEN_ALREADY = /^\/dev\/(std(in|out|err)|fd\/\d+)$|^\/proc\/(self|\d+)\/fd\/\d+$/;

/** Whether it is written to and never replaced: a device, a named pipe, an open file. */
export function isSpecial(path: string, existing: Stats | undefined): boolean {
  return existing !== undefined && (!existing.isFile() || OPEN_ALREADY.test(path));
}

/** Appends to a special file. A named pipe opens once somebody reads it. */
async function openSpecial(path: string, existing: Stats, waiting: WaitOptions): Promise<Sink> {
  if (existing.isFIFO()) return pipeSink(await openPipe(path, waiting), waiting.signal);
  return openFile(path, 'a');
}

const PIPE_POLL_MS = 50;

/** A blocking open could not be stopped, not even by Ctrl-C. A non-blocking one fails until somebody reads. */
async function openPipe(path: string, { clock, signal }: WaitOptions): Promise<number> {
  for (;;) {
    try {
      return await promisify(openCallback)(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
    }
    await clock.sleep(PIPE_POLL_MS, signal);
  }
}

function pipeSink(fd: number, signal: AbortSignal): Sink {
  const pipe = addAbortSignal(signal, new Socket({ fd, readable: false, writable: true }));
  // The caller of `write` gets the error.
  pipe.on('error', () => undefined);
  const done = (start: (callback: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      start((error) => {
        if (error) reject(signal.aborted ? (signal.reason as Error) : error);
        else resolve();
      });
    });
  return {
    write: (text) => done((callback) => pipe.write(text, callback)),
    close: () => done((callback) => pipe.end(callback)),
  };
}
