// Loaded late: only `test` looks for files and remembers its last run.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../base/errors.js';
import { readBytes, readText, statsOf } from './files.js';
import { locate, type Place } from './paths.js';
import {
  assertOwn,
  endOfLinks,
  keepPrivate,
  replaceFile,
  replacing,
  writing,
  type Guard,
} from './private-files.js';

/** A file of conversations, as it is named in reports, and where it is. */
export interface FoundFile {
  /** From the working folder, with `/`. */
  name: string;
  path: string;
}

/** A file that the person named, perhaps with a line: `orders.chat:14`. */
export interface NamedFile extends FoundFile {
  line: number | undefined;
}

/**
 * The files that the words name: a file, a file and a line, or a folder with all `*.chat` below it. Without words,
 * those below the working folder. Throws `usage` for what is not there.
 */
export function findChatFiles(words: readonly string[], place: Place): NamedFile[] {
  if (words.length === 0) return chatFilesBelow(place.cwd, place);
  return words.flatMap((word) => filesNamed(word, place));
}

function filesNamed(word: string, place: Place): NamedFile[] {
  const whole = locate(word, place);
  const stats = statsOf(whole);
  if (stats?.isDirectory()) return chatFilesBelow(whole, place);
  if (stats) return [named(whole, place)];
  const [, file, line] = /^(.+):(\d{1,9})$/.exec(word) ?? [];
  const path = file === undefined ? undefined : locate(file, place);
  if (path !== undefined && statsOf(path)) return [named(path, place, Number(line))];
  throw new AppError('usage', `there is no file ${JSON.stringify(word)}`, {
    hint: 'give a .chat file, a file and a line (orders.chat:14), or a folder; without any, all below this folder are meant',
  });
}

/** Whether a word names a file or a folder. */
export function isFileWord(word: string, place: Place): boolean {
  try {
    return filesNamed(word, place).length >= 0;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function named(path: string, { cwd }: Place, line?: number): NamedFile {
  const name = relative(cwd, path);
  return { name: (isAbsolute(name) ? path : name).split(sep).join('/'), path, line };
}

/** The name of a file as seen from another folder; undefined for one outside of it. */
export function nameFrom(
  folder: string,
  { name }: { name: string },
  { cwd }: Pick<Place, 'cwd'>,
): string | undefined {
  const seen = relative(folder, resolve(cwd, name));
  const isOutside = seen.split(sep)[0] === '..' || isAbsolute(seen);
  return isOutside ? undefined : seen.split(sep).join('/');
}

/** Sorted by name. Skips packages, hidden folders and links to folders. */
function chatFilesBelow(folder: string, place: Place): NamedFile[] {
  const entries = entriesOf(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry): NamedFile[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const isLeftOut = entry.name === 'node_modules' || entry.name.startsWith('.');
      return isLeftOut ? [] : chatFilesBelow(path, place);
    }
    const isFile = entry.isFile() || (entry.isSymbolicLink() && statsOf(path)?.isFile() === true);
    const isChat = entry.name.endsWith('.chat') && isFile;
    return isChat ? [named(path, place)] : [];
  });
}

/** A folder that may not be read has no files for us. */
function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The content of a file. Throws `usage` when it is gone or cannot be read. */
export function readChatBytes({ name, path }: FoundFile): Buffer {
  const bytes = readBytes(path);
  if (bytes) return bytes;
  throw new AppError('usage', `${name} is gone`, {
    hint: 'it was there a moment ago: run it again',
  });
}

/** A text that changes when the file is written. */
export function stampOf({ path }: FoundFile): string {
  const stats = statsOf(path);
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : '';
}

/** Replaces the content of a file of the person's; its mode stays, and a link stays a link. */
export function rewriteFile(path: string, bytes: Uint8Array, uniqueId: string): void {
  writing(path, () => {
    const target = endOfLinks(path);
    const temporary = join(dirname(target), `${uniqueId}.tmp`);
    replacing(target, temporary, () => {
      const { mode } = fs.statSync(target);
      fs.writeFileSync(temporary, bytes, { mode, flag: 'wx' });
      fs.chmodSync(temporary, mode);
    });
  });
}

/** How the last run of the tests of one folder ended. */
export interface LastTestRun {
  /** Its report, and where that is; undefined when there was none. */
  read(): { report: string; path: string } | undefined;
  write(report: string, uniqueId: string): void;
}

/** A small file for each folder: its name is a hash of the folder's path. */
export function openLastTestRun(state: string, testFolder: string, guard: Guard): LastTestRun {
  const folder = join(state, 'tests');
  const name = createHash('sha256').update(testFolder).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.json`);
  return {
    read() {
      const report = readText(path);
      return report === undefined ? undefined : { report, path };
    },
    write(report, uniqueId) {
      keepPrivate([state, folder, path], guard);
      assertOwn(state);
      replaceFile(path, report, uniqueId);
    },
  };
}
