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
function openLock(path: string, history: number): number | undefined {
  try {
    return fs.openSync(path, 'ax', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const age = fs.fstatSync(history).mtimeMs - fs.statSync(path).mtimeMs;
    if (age > STALE_MS) fs.rmSync(path, { force: true });
    return undefined;
  }
}

/**
 * Keeps the newest lines of a file that others may be appending to. The rest is written beside it
 * and renamed over it; what was appended to the old file meanwhile is carried over, before the
 * rename and once more after it.
 */
export function compact(path: string, limit: number): void {
  const old = fs.openSync(path, 'r');
  const temporary = `${path}.tmp`;
  try {
    const fresh = openLock(temporary, old);
    if (fresh === undefined) return;
    try {
      carryOver({ old, fresh, limit }, () => fs.renameSync(temporary, path));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    } finally {
      fs.closeSync(fresh);
    }
  } finally {
    fs.closeSync(old);
  }
}

interface Files {
  old: number;
  fresh: number;
  limit: number;
}

function carryOver({ old, fresh, limit }: Files, rename: () => void): void {
  const bytes = readFrom(old, 0);
  fs.writeFileSync(fresh, newestLines(bytes, limit));
  const appended = readFrom(old, bytes.length);
  fs.writeFileSync(fresh, appended);
  rename();
  fs.writeFileSync(fresh, readFrom(old, bytes.length + appended.length));
}
