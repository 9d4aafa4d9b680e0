import { chmodSync, statSync } from 'node:fs';
import { codeOf } from './files.js';

export interface Guard {
  /** Windows keeps rights elsewhere than in modes: there nothing is done. */
  platform: NodeJS.Platform;
  warn: (warning: string) => void;
}

/** Rights of the group and of all others. */
const OTHERS = 0o077;

/** Takes from others the rights that they have to our files and folders, and tells of it. */
export function keepPrivate(paths: readonly string[], { platform, warn: tell }: Guard): void {
  if (platform === 'win32') return;
  for (const path of paths) {
    const warning = madePrivate(path);
    if (warning !== undefined) tell(warning);
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

/** The rights to a file or folder; 0 when it is not there. */
function modeOf(path: string): number {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
  } catch {
    return 0; // Reading it says why.
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}
