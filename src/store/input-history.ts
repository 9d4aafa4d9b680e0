import { isUtf8 } from 'node:buffer';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isNullDevice, readBytes, withoutMark } from './files.js';
import { lockedIfFree } from './lock.js';
import { fileToWrite, keepPrivate, makeFolder, type Guard } from './private-files.js';

interface InputHistoryOptions {
  /** Created for its owner only when it is missing. Throws where there can be none. */
  directory: () => string;
  /** How many entries are kept; 2000 unless given. */
  limit?: number | undefined;
  guard: Guard;
  /** Called at most once: from then on the history is kept in memory only. */
  onWarning: (message: string) => void;
}

const FILE = 'input-history.jsonl';
const MAX_ENTRIES = 2000;
/** Longer texts are remembered while the chat lasts, but not written. */
const MAX_WRITTEN_CHARACTERS = 64 * 1024;

/** The inputs of earlier chats, in a file that only its owner can read. */
export class InputHistory {
  readonly #options: InputHistoryOptions;
  readonly #limit: number;
  /** Read at the first use: a chat starts without it. */
  #entries: string[] | undefined;
  #isWritten = true;

  constructor(options: InputHistoryOptions) {
    this.#options = options;
    this.#limit = options.limit ?? MAX_ENTRIES;
  }

  get #path(): string {
    return join(this.#options.directory(), FILE);
  }

  /** The oldest first. */
  entries(): readonly string[] {
    return (this.#entries ??= this.#load());
  }

  add(text: string): void {
    if (text === '' || text.startsWith(' ')) return;
    const entries = (this.#entries ??= this.#load());
    if (entries.at(-1) === text) return;
    entries.push(text);
    if (entries.length > this.#limit) entries.shift();
    if (text.length <= MAX_WRITTEN_CHARACTERS) this.#write(text);
  }

  #load(): string[] {
    return this.#attempt(() => {
      const { directory, guard } = this.#options;
      keepPrivate([directory(), this.#path], guard);
      const lines = linesOf(readBytes(this.#path) ?? Buffer.alloc(0));
      if (lines.length > this.#limit * 1.5) this.#compact();
      const entries = lines.map(parseEntry).filter((entry) => entry !== undefined);
      return entries.slice(-this.#limit);
    }, []);
  }

  #compact(): void {
    try {
      compact(fileToWrite(this.#path), this.#limit);
    } catch {
      // A file that stays too long does no harm; the next chat tries again.
    }
  }

  #write(text: string): void {
    if (!this.#isWritten) return;
    this.#attempt(() => {
      makeFolder(this.#options.directory());
      appendLine(this.#path, JSON.stringify(text));
    }, undefined);
  }

  /** A history that cannot be kept never stops a chat. */
  #attempt<T>(task: () => T, fallback: T): T {
    try {
      return task();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#isWritten) this.#options.onWarning(`input history is not saved: ${reason}`);
      this.#isWritten = false;
      return fallback;
    }
  }
}

/** Lines of bytes: one that is not UTF-8 spoils no other. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines = bytes.toString('latin1').split('\n');
  return lines.map((line) => Buffer.from(line, 'latin1'));
}

/** One line of the file as an entry; undefined when it is torn or not ours. */
function parseEntry(line: Buffer): string | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    const value: unknown = JSON.parse(withoutMark(line.toString('utf8')));
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Adds a line in one write, which goes to the end even if others write at the same time. */
function appendLine(path: string, line: string): void {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  if (found && isNullDevice(path, found)) return;
  const descriptor = fs.openSync(fileToWrite(path), 'a+', 0o600);
  try {
    const bytes = Buffer.from(`${isTorn(descriptor) ? '\n' : ''}${line}\n`);
    if (fs.writeSync(descriptor, bytes) < bytes.length) throw new Error('the disk is full');
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whether the last line was cut short, so that the next would run into it. */
function isTorn(descriptor: number): boolean {
  const { size } = fs.fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && fs.readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

/**
 * Keeps the newest lines of a file that other processes may be appending to. The lines are written
 * beside it and renamed over it. Lines that are appended to the old file meanwhile are carried over,
 * before the rename and once more after it.
 */
export function compact(path: string, maxLines: number): void {
  lockedIfFree(path, () => {
    const temporary = `${path}.tmp`;
    // Left by a process that was killed.
    fs.rmSync(temporary, { force: true });
    const fresh = fs.openSync(temporary, 'ax', 0o600);
    try {
      replaceWithNewest(path, temporary, fresh, maxLines);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    } finally {
      fs.closeSync(fresh);
    }
  });
}

/** `fresh` is the open temporary file. */
function replaceWithNewest(path: string, temporary: string, fresh: number, maxLines: number): void {
  // Opened under the lock: before, another process may have replaced it.
  const old = fs.openSync(path, 'r');
  try {
    const bytes = readFrom(old, 0);
    fs.writeFileSync(fresh, newestLines(bytes, maxLines));
    const appended = readFrom(old, bytes.length);
    fs.writeFileSync(fresh, appended);
    fs.renameSync(temporary, path);
    fs.writeFileSync(fresh, readFrom(old, bytes.length + appended.length));
  } finally {
    fs.closeSync(old);
  }
}

/** The content of a file after its first `from` bytes. */
function readFrom(descriptor: number, from: number): Buffer {
  const length = Math.max(0, fs.fstatSync(descriptor).size - from);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, from));
}

/** Byte by byte: what is not UTF-8 stays as it is. */
function newestLines(bytes: Buffer, maxLines: number): Buffer {
  const lines = bytes.toString('latin1').split('\n').filter(Boolean).slice(-maxLines);
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}
