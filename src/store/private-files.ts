import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { sep } from 'node:path';
import { codeOf, isStream, statsOf } from './files.js';

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
