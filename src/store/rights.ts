import { chmodSync, statSync } from 'node:fs';
import { codeOf } from './files.js';

export interface Guard {
  /** Nothing is done on Windows, which has no file modes. */
  platform: NodeJS.Platform;
  warn: (warning: string) => void;
}

/** Permissions of the group and of all others. */
const OTHERS = 0o077;

/** Removes the access of other users to our files and folders, with a warning. */
export function keepPrivate(paths: readonly string[], { platform, warn }: Guard): void {
  if (platform === 'win32') return;
  for (const path of paths) {
    const warning = madePrivate(path);
    if (warning !== undefined) warn(warning);
  }
}

function madePrivate(path: string): string | undefined {
  const mode = modeOf(path);
  if ((mode & OTHERS) === 0) return undefined;
  const own = mode & ~OTHERS;
  try {
    chmodSync(path, own);
    return `${path} was accessible to other users (${octal(mode)}); it is now private (${octal(own)})`;
  } catch (error) {
    const why = codeOf(error) ?? '';
    return `${path} is accessible to other users (${octal(mode)}), which cannot be changed: ${why}`;
  }
}

/** The permissions of a file or folder; 0 when it does not exist. */
function modeOf(path: string): number {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
  } catch {
    return 0; // Reading the file reports the reason.
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}
