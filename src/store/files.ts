import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../base/errors.js';

/** The file's text; undefined when there is no file. Throws an AppError that names the file. */
export function readText(path: string): string | undefined {
  try {
    return withoutMark(readFileSync(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw unusable(path, 'cannot be read', error);
  }
}

/** Some editors start a file with a byte-order mark. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

/** The object in a JSON file, read by `parse`; undefined when there is no file. Throws an AppError that names it. */
export function readJson<T>(path: string, parse: (value: unknown) => T): T | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) throw new TypeError('a list instead of an object');
    return parse(value);
  } catch (error) {
    throw unusable(path, 'is damaged', error);
  }
}

/** Our own temporary files, a random id and this ending, and those of conf. */
const TEMPORARY = /^[\da-f-]{36}\.tmp$|^config\.json\.tmp-[\da-f]+$/;

/** Replaces a file atomically: readers see the old one or the new one. Only its owner can read it. */
export function replaceFile(path: string, text: string, uniqueId: string): void {
  const temporary = join(dirname(path), `${uniqueId}.tmp`);
  writing(path, () => {
    makeFolder(dirname(path));
    try {
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      sweep(temporary);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** A running program needs its temporary file for a much shorter time. */
const STALE_MS = 60_000;

/** Removes temporary files that killed programs left beside a newly written file. */
export function sweep(ours: string): void {
  const folder = dirname(ours);
  const now = statSync(ours).mtimeMs;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!TEMPORARY.test(name) || path === ours) continue;
    const { mtimeMs = now } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (now - mtimeMs > STALE_MS) rmSync(path, { force: true });
  }
}

/** Runs a task that writes a file. Throws an AppError that names the file. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new AppError('usage', `${path} cannot be written: ${firstLine(error)}`, {
      hint: 'check the permissions, and that the disk is not full',
      cause: error,
    });
  }
}

/**
 * Creates a folder and its parents, for their owner only. One by one: Node's recursive mkdir never ends
 * where the system denies that a parent exists (below /proc).
 */
export function makeFolder(path: string): void {
  for (const folder of missingFolders(path)) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Another process may have created it meanwhile.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** The outermost first. */
function missingFolders(path: string): string[] {
  if (existsSync(path)) return [];
  const above = dirname(path);
  return above === path ? [path] : [...missingFolders(above), path];
}

function unusable(path: string, what: string, cause: unknown): AppError {
  return new AppError('usage', `${path} ${what}: ${firstLine(cause)}`, {
    hint: 'fix it or move it away; it was left unchanged',
    cause,
  });
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
}
