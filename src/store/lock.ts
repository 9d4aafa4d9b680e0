import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import type { Clock } from '../base/time.js';
import { codeOf, writing } from './files.js';

/** What the disk is waited for with: another process, somebody who reads a pipe. */
export interface WaitOptions {
  clock: Clock;
  signal: AbortSignal;
}

const POLL_MS = 20;

/** Many times what a task under a lock takes: whoever held it so long was killed. */
const STALE_MS = 5_000;

/** Runs a short task that no other process runs at the same time: a file beside `path` says that one does. */
export async function locked<T>(path: string, waiting: WaitOptions, task: () => T): Promise<T> {
  await acquire(path, waiting);
  try {
    return task();
  } finally {
    rmSync(lockOf(path), { force: true });
  }
}

const lockOf = (path: string): string => `${path}.lock`;

async function acquire(path: string, { clock, signal }: WaitOptions): Promise<void> {
  const lock = lockOf(path);
  let seen = { mark: '', since: 0 };
  while (!writing(path, () => tryToTake(lock))) {
    const mark = markOf(lock);
    const now = clock.monotonic();
    if (mark !== seen.mark) seen = { mark, since: now };
    // By our own clock: that of a disk far away may differ.
    else if (now - seen.since > STALE_MS) rmSync(lock, { force: true });
    await clock.sleep(POLL_MS, signal);
  }
}

/** Whether the lock is ours now. */
function tryToTake(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Tells one holder's lock from the next one's. */
function markOf(lock: string): string {
  const there = statSync(lock, { throwIfNoEntry: false });
  return there ? `${there.ino} ${there.mtimeMs}` : '';
}
