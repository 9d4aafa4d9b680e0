import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../errors.js';

/** The file's text; undefined when there is none. Throws an AppError that names the file. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw unusable(path, 'cannot be read', error);
  }
}

/** The file's JSON, read by `parse`; undefined when there is no file. Throws an AppError that names it. */
export function readJson<T>(path: string, parse: (value: unknown) => T): T | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    throw unusable(path, 'is damaged', error);
  }
}

/** Replaces a file as a whole: readers see the old one or the new one. For its owner's eyes only. */
export function replaceFile(path: string, text: string, uniqueId: string): void {
  const temporary = `${path}.${uniqueId}.tmp`;
  makeFolder(dirname(path));
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes a folder, and those above it, for its owner's eyes only. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

function unusable(path: string, what: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : '';
  return new AppError('usage', `${path} ${what}: ${why}`, {
    hint: 'mend it or move it away; it was left as it is',
    cause,
  });
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
