import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../base/errors.js';
import { codeOf, firstLine, isStream, kindOf, statsOf } from './files.js';

/** Replaces a file atomically: readers see the old one or the new one. Only its owner can read it. */
export function replaceFile(path: string, text: string, uniqueId: string): void {
  writing(path, () => {
    makeFolder(dirname(path));
    const target = fileToWrite(path);
    const temporary = join(dirname(target), `${uniqueId}.tmp`);
    replacing(target, temporary, () => {
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      sweep(temporary, /^[\da-f-]{36}\.tmp$/);
    });
  });
}

/** Renames a file that a task has written over another one. A failure leaves nothing behind. */
export function replacing(path: string, temporary: string, write: () => void): void {
  try {
    write();
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A running program needs its temporary file for a much shorter time. */
const STALE_MS = 60_000;

/** Removes temporary files of such names that killed programs left beside a newly written file. */
export function sweep(ours: string, names: RegExp): void {
  const folder = dirname(ours);
  const now = statSync(ours).mtimeMs;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!names.test(name) || path === ours) continue;
    const { mtimeMs = now } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
    if (now - mtimeMs > STALE_MS) rmSync(path, { force: true });
  }
}

/** Runs a task that writes a file. Throws an AppError that names the file. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('usage', `${path} cannot be written: ${firstLine(error)}`, {
      hint: 'check the permissions, and that the disk is not full',
      cause: error,
    });
  }
}

/**
 * The file that a path leads to, which need not exist yet. Throws an AppError when it is no file, or when a link
 * leads to what belongs to another user.
 */
export function fileToWrite(path: string): string {
  assertOwn(dirname(path));
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return path;
  const target = found.isSymbolicLink() ? endOfLinks(path) : path;
  const end = lstatSync(target, { throwIfNoEntry: false });
  if (end && !end.isFile()) throw untouched(`${path} is ${kindOf(end)}, not a file`);
  assertSameOwner(path, found, end ?? statSync(dirname(target)));
  return target;
}

/** Throws an AppError when it is a link that leads to what belongs to another user. */
export function assertOwn(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) assertSameOwner(folder, found, statSync(folder));
}

/** Root may write anywhere: a link of its own must not make it change files of others. */
function assertSameOwner(path: string, found: Stats, end: Stats): void {
  if (found.uid === end.uid) return;
  throw untouched(`${path} is a link to a ${end.isFile() ? 'file' : 'folder'} of another user`);
}

function untouched(message: string): AppError {
  return new AppError('usage', message, {
    hint: 'nothing was changed: move it away, or set TELNYX_CHAT_CONFIG_DIR to a folder of yours',
  });
}

/** The target of a link need not exist yet. */
export function endOfLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    return isLink ? endOfLinks(resolve(dirname(path), readlinkSync(path))) : path;
  }
}

/**
 * Creates a folder and its parents, for their owner only. One by one: Node's recursive mkdir never ends
 * where the system denies that a parent exists (below /proc).
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it meanwhile.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

export interface Guard {
  /** Nothing is done on Windows, which has no file modes. */
  platform: NodeJS.Platform;
  /** The user that the program runs as. */
  uid: number | undefined;
  warn: (warning: string) => void;
}

/** Permissions of the group and of all others. */
const OTHERS = 0o077;
/** All mode bits: sticky, setgid and setuid bits are kept. */
const ALL_BITS = 0o7777;

/**
 * Removes the access of other users to our files and folders, with a warning. What is not ours is only reported:
 * what a link leads to, also from a folder above, what has other names (hard links), and what others own.
 */
export function keepPrivate(paths: readonly string[], { platform, uid, warn }: Guard): void {
  if (platform === 'win32') return;
  const links: string[] = [];
  for (const path of paths) {
    const found = statsOf(path, lstatSync);
    if (found?.isSymbolicLink()) links.push(path);
    const isThroughLink = links.some((link) => path === link || path.startsWith(link + sep));
    const isOurs = found?.uid === uid && (found?.isDirectory() || found?.nlink === 1);
    const warning = privacyWarning(path, isOurs && !isThroughLink);
    if (warning !== undefined) warn(warning);
  }
}

/** A folder that everybody may write to keeps others from our files by its sticky bit alone. */
function privacyWarning(path: string, isOurs: boolean): string | undefined {
  const found = statsOf(path);
  if (!found || isStream(found) || (found.mode & OTHERS) === 0) return undefined;
  const mode = octal(found.mode);
  const left = `${path} is accessible to other users (${mode})`;
  if (!isOurs) return `${left}; it was left so, as it is a link or not yours alone`;
  try {
    const own = madePrivate(path);
    return `${path} was accessible to other users (${mode}); it is now private (${octal(own)})`;
  } catch (error) {
    return `${left}, which cannot be changed: ${codeOf(error) ?? ''}`;
  }
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Works on the open file, because the path may have become a link by now. */
function madePrivate(path: string): number {
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const own = fstatSync(descriptor).mode & ALL_BITS & ~OTHERS;
    fchmodSync(descriptor, own);
    return own;
  } finally {
    closeSync(descriptor);
  }
}

function octal(mode: number): string {
  return (mode & ALL_BITS).toString(8);
}
