import * as fs from 'node:fs';
import { lockedIfFree } from './lock.js';

/**
 * Keeps the newest lines of a file that other processes may be appending to. The lines are written
 * beside it and renamed over it. Lines that are appended to the old file meanwhile are carried over,
 * before the rename and once more after it.
 */
export function compact(path: string, maxLines: number): void {
  lockedIfFree(path, () => {
    const temporary = `${path}.tmp`;
    // Left by a process that was killed.
    fs.rmSync(temporary, { force: true });
    const fresh = fs.openSync(temporary, 'ax', 0o600);
    try {
      replaceWithNewest({ path, temporary, fresh, maxLines });
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    } finally {
      fs.closeSync(fresh);
    }
  });
}

interface Replacement {
  path: string;
  temporary: string;
  /** The open temporary file. */
  fresh: number;
  maxLines: number;
}

function replaceWithNewest({ path, temporary, fresh, maxLines }: Replacement): void {
  // Opened under the lock: before, another process may have replaced it.
  const old = fs.openSync(path, 'r');
  try {
    const bytes = readFrom(old, 0);
    fs.writeFileSync(fresh, newestLines(bytes, maxLines));
    const appended = readFrom(old, bytes.length);
    fs.writeFileSync(fresh, appended);
    fs.renameSync(temporary, path);
    fs.writeFileSync(fresh, readFrom(old, bytes.length + appended.length));
  } finally {
    fs.closeSync(old);
  }
}

/** The content of a file after its first `from` bytes. */
function readFrom(descriptor: number, from: number): Buffer {
  const length = Math.max(0, fs.fstatSync(descriptor).size - from);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, from));
}

/** Byte by byte: what is not UTF-8 stays as it is. */
function newestLines(bytes: Buffer, maxLines: number): Buffer {
  const lines = bytes.toString('latin1').split('\n').filter(Boolean).slice(-maxLines);
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}
