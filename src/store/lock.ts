import { closeSync, lstatSync, openSync, rmSync, statSync } from 'node:fs';
import type { Clock } from '../base/time.js';
import { codeOf } from './files.js';
import { writing } from './private-files.js';

/** A clock and a signal, to wait for another process or for the reader of a pipe. */
export interface WaitOptions {
  clock: Clock;
  signal: AbortSignal;
}

const LOCK_POLL_MS = 20;

/** Far longer than any task under a lock: the holder of an older lock was killed. */
const MAX_LOCK_AGE_MS = 5_000;

/** Runs a short task under a lock: a file beside `path` that only one process can create. */
export async function locked<T>(path: string, waiting: WaitOptions, task: () => T): Promise<T> {
  await acquire(path, waiting);
  try {
    return task();
  } finally {
    rmSync(lockOf(path), { force: true });
  }
}

/** The same without waiting: does nothing while another process holds the lock. */
export function lockedIfFree(path: string, task: () => void): void {
  const lock = lockOf(path);
  if (!tryToTake(lock)) {
    // The disk's clock alone tells that the file was written long after the lock was taken.
    if (mtimeOf(path) - mtimeOf(lock) > MAX_LOCK_AGE_MS) rmSync(lock, { force: true });
    return;
  }
  try {
    task();
  } finally {
    rmSync(lock, { force: true });
  }
}

const lockOf = (path: string): string => `${path}.lock`;

async function acquire(path: string, { clock, signal }: WaitOptions): Promise<void> {
  const lock = lockOf(path);
  let seen = { mark: '', since: 0 };
  while (!writing(path, () => tryToTake(lock))) {
    const mark = lockMark(lock);
    const now = clock.monotonic();
    if (mark !== seen.mark) seen = { mark, since: now };
    // Measured by our own clock, because a network disk may have another time.
    else if (now - seen.since > MAX_LOCK_AGE_MS) writing(path, () => rmSync(lock, { force: true }));
    await clock.sleep(LOCK_POLL_MS, signal);
  }
}

function tryToTake(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function mtimeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Tells one holder's lock from the next one's. */
function lockMark(lock: string): string {
  const found = lstatSync(lock, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.mtimeMs}` : '';
}
