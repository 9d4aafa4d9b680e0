import * as fs from 'node:fs';

/** A lock older than this was left by a process that died. */
const STALE_MS = 60_000;

/** How much of a file is there beyond `from` bytes. */
function readFrom(descriptor: number, from: number): Buffer {
  const length = Math.max(0, fs.fstatSync(descriptor).size - from);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, from));
}

function newestLines(bytes: Buffer, limit: number): string {
  const lines = bytes.toString('utf8').split('\n').filter(Boolean);
  return lines
    .slice(-limit)
    .map((line) => `${line}\n`)
    .join('');
}

/** The temporary file is the lock as well: who finds it there leaves the work to its maker. */
function openLock(temporary: string, path: string): number | undefined {
  try {
    return fs.openSync(temporary, 'ax', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const age = fs.statSync(path).mtimeMs - fs.statSync(temporary).mtimeMs;
    if (age > STALE_MS) fs.rmSync(temporary, { force: true });
    return undefined;
  }
}

/**
 * Keeps the newest lines of a file that others may be appending to. They are written beside it
 * and renamed over it; what was appended to the old file meanwhile is carried over, before the
 * rename and once more after it.
 */
export function compact(path: string, limit: number): void {
  const temporary = `${path}.tmp`;
  const fresh = openLock(temporary, path);
  if (fresh === undefined) return;
  try {
    replaceFile({ path, temporary, fresh, limit });
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(fresh);
  }
}

interface Replacement {
  path: string;
  temporary: string;
  fresh: number;
  limit: number;
}

/** Opens the old file only now that the lock is held: before, another may have replaced it. */
function replaceFile({ path, temporary, fresh, limit }: Replacement): void {
  const old = fs.openSync(path, 'r');
  try {
    const bytes = readFrom(old, 0);
    fs.writeFileSync(fresh, newestLines(bytes, limit));
    const appended = readFrom(old, bytes.length);
    fs.writeFileSync(fresh, appended);
    fs.renameSync(temporary, path);
    fs.writeFileSync(fresh, readFrom(old, bytes.length + appended.length));
  } finally {
    fs.closeSync(old);
  }
}
