import { isUtf8 } from 'node:buffer';
import { closeSync, constants, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import * as v from 'valibot';
import { AppError } from '../base/errors.js';

/** The file's text; undefined when there is no file. Throws an AppError that names the file. */
export function readText(path: string): string | undefined {
  const bytes = readBytes(path);
  return bytes && decodedText(path, bytes);
}

/** O_NONBLOCK is undefined on Windows, where it adds no bit. */
const { O_RDONLY, O_NONBLOCK } = constants;

/**
 * The content of a file; undefined when there is none. A pipe, a device or a socket is refused: reading one may
 * never end. Throws an AppError that names the file.
 */
export function readBytes(path: string): Buffer | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || isNullDevice(path, stats)) return undefined;
    if (isStream(stats)) throw unusable(path, `is ${kindOf(stats)}, not a file`);
    return contentOf(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw unusable(path, 'cannot be read', error);
  }
}

/** Undefined when it does not exist or may not be looked at: reading it reports the reason. */
export function statsOf(path: string, stat = statSync): Stats | undefined {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // A name that is too long, or a folder that may not be entered.
  }
}

export function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true;
}

/** It may have become a pipe by now: then it is not waited for. */
function contentOf(path: string): Buffer {
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether it is neither a file nor a folder: it may give or take bytes without end. */
export function isStream(stats: Stats): boolean {
  return !stats.isFile() && !stats.isDirectory();
}

/** People link a file to it in order to have none. */
export function isNullDevice(path: string, stats: Stats): boolean {
  return stats.isCharacterDevice() && realpathSync(path) === '/dev/null';
}

export function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isDirectory() ? 'a folder' : 'a device';
}

/** UTF-8 without its byte order mark. Other bytes are refused: replaced, they would be lost. */
export function decodedText(path: string, bytes: Buffer): string {
  if (isUtf8(bytes)) return withoutMark(bytes.toString('utf8'));
  throw new AppError('usage', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' });
}

/** Some editors start a file with a byte order mark. */
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
    throw unusable(path, `is damaged: ${damageOf(error, text)}`);
  }
}

/** Where a JSON file is wrong, without any of its words: they may be a key. */
function damageOf(error: unknown, text: string): string {
  if (error instanceof v.ValiError) {
    const [{ path, expected }] = (error as v.ValiError<v.GenericSchema>).issues;
    const name = path?.map(({ key }) => String(key)).join('.') || 'its value';
    return `${name} should be ${expected}`;
  }
  if (!(error instanceof SyntaxError)) return firstLine(error);
  const position = /at position (\d+)/.exec(error.message)?.[1];
  if (position === undefined) return 'not valid JSON';
  return `not valid JSON in line ${text.slice(0, Number(position)).split('\n').length}`;
}

function unusable(path: string, what: string, cause?: unknown): AppError {
  const why = cause === undefined ? '' : `: ${firstLine(cause)}`;
  return new AppError('usage', `${path} ${what}${why}`, {
    hint: 'fix it or move it away; it was left unchanged',
    cause,
  });
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

export function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
}
