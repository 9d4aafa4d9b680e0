import * as fs from 'node:fs';
import { join } from 'node:path';
import { compact } from './compact-lines.js';
import { codeOf, makeFolder } from './files.js';
import { keepPrivate, type Guard } from './paths.js';

export interface InputHistoryOptions {
  /** Created for its owner only when it is missing. */
  directory: string;
  /** How many entries are kept; 2000 unless given. */
  limit?: number | undefined;
  guard: Guard;
  /** Called at most once: from then on the history is kept in memory only. */
  onWarning: (message: string) => void;
}

export interface InputHistory {
  /** The oldest first. */
  entries(): readonly string[];
  add(text: string): void;
}

const FILE = 'input-history.jsonl';
const MAX_ENTRIES = 2000;
/** Longer texts are remembered while the chat lasts, but not written. */
const MAX_WRITTEN_CHARACTERS = 64 * 1024;

/** The inputs of earlier chats, in a file that only its owner can read. */
export function openInputHistory(options: InputHistoryOptions): InputHistory {
  return new FileHistory(options);
}

class FileHistory implements InputHistory {
  readonly #options: InputHistoryOptions;
  readonly #path: string;
  readonly #limit: number;
  /** Read at the first use: a chat starts without it. */
  #entries: string[] | undefined;
  #isWritten = true;

  constructor(options: InputHistoryOptions) {
    this.#options = options;
    this.#path = join(options.directory, FILE);
    this.#limit = options.limit ?? MAX_ENTRIES;
  }

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
      keepPrivate([this.#options.directory, this.#path], this.#options.guard);
      const lines = readHistory(this.#path).split('\n');
      if (lines.length > this.#limit * 1.5) this.#compact();
      const entries = lines.map(parseEntry).filter((entry) => entry !== undefined);
      return entries.slice(-this.#limit);
    }, []);
  }

  #compact(): void {
    try {
      compact(this.#path, this.#limit);
    } catch {
      // A file that stays too long does no harm; the next chat tries again.
    }
  }

  #write(text: string): void {
    if (!this.#isWritten) return;
    this.#attempt(() => {
      makeFolder(this.#options.directory);
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

/** The file's text; '' when there is no file. */
function readHistory(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** One line of the file as an entry; undefined when it is torn or not ours. */
function parseEntry(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Adds a line in one write, which goes to the end even if others write at the same time. */
function appendLine(path: string, line: string): void {
  const descriptor = fs.openSync(path, 'a+', 0o600);
  try {
    fs.writeSync(descriptor, `${isTorn(descriptor) ? '\n' : ''}${line}\n`);
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
