import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../errors.js';

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
}

/**
 * Writes a file piece by piece and gives its path. It is there whole or not at all, and what was
 * there before stays unless `force` says otherwise; then it stays until the new one is whole.
 */
export async function writeNewFile(
  { cwd, file, force, id }: NewFile,
  task: (write: (text: string) => Promise<void>) => Promise<void>,
): Promise<string> {
  const path = resolve(cwd, file);
  // A device, say, is written to and never replaced.
  const isSpecial = force && (await isOtherThanFile(path));
  const target = force && !isSpecial ? join(dirname(path), `${id}.tmp`) : path;
  const handle = await naming(path, () => open(target, isSpecial ? 'w' : 'wx', 0o600));
  try {
    await task((text) => naming(path, () => handle.appendFile(text)));
    await handle.close();
    if (target !== path) await naming(path, () => rename(target, path));
    return path;
  } catch (error) {
    await handle.close().catch(() => undefined);
    if (!isSpecial) await rm(target, { force: true });
    throw error;
  }
}

async function isOtherThanFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function naming<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw isThere(path);
    const why = cause instanceof Error ? cause.message : '';
    throw new AppError('usage', `cannot save: ${why}`, { hint: 'give another place', cause });
  }
}

function isThere(path: string): AppError {
  return new AppError('usage', `${path} is there already`, {
    hint: 'give another name, or --force to replace it',
  });
}
