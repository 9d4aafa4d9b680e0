import { rmSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '../base/errors.js';
import { readJson } from './files.js';
import { findCacheFolder, type StorePathOptions } from './paths.js';
import { replaceFile } from './private-files.js';

/** The first words of a conversation, and when it was used last as they were read. */
export type KeptName = readonly [words: string, usedAt: string];

/** A small file of names in the cache folder. What cannot be read or written is only slower. */
interface NameCache {
  read(): Map<string, KeptName>;
  /** Adds names, and forgets those that are undefined. */
  change(names: ReadonlyMap<string, KeptName | undefined>): void;
  remove(): void;
}

interface NameCacheOptions extends StorePathOptions {
  uid: number | undefined;
  randomId: () => string;
}

/** Limit on names in the file: the oldest ones go first. */
const MAX_NAMES = 2_000;
/** A larger file is not ours. */
const MAX_BYTES = 1_048_576;

const FILE = 'first-words.json';

const shape = v.object({ names: v.record(v.string(), v.tuple([v.string(), v.string()])) });

export function openNameCache(options: NameCacheOptions): NameCache {
  const path = pathIn(options);
  const read = (): Map<string, KeptName> =>
    path === undefined ? new Map<string, KeptName>() : namesIn(path);
  return {
    read,
    change(changes) {
      if (path === undefined || changes.size === 0) return;
      // Another process may have kept names in the meantime.
      const names = read();
      for (const [key, name] of changes) {
        names.delete(key);
        if (name) names.set(key, name);
      }
      const kept = Object.fromEntries([...names].slice(-MAX_NAMES));
      const text = `${JSON.stringify({ names: kept })}\n`;
      ignoringFailures(() => replaceFile(path, text, options.randomId()));
    },
    remove() {
      if (path !== undefined) ignoringFailures(() => rmSync(path, { force: true }));
    },
  };
}

function namesIn(path: string): Map<string, KeptName> {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0 || size > MAX_BYTES) return new Map();
    const file = readJson(path, (value) => v.parse(shape, value));
    return new Map(Object.entries(file?.names ?? {}));
  } catch {
    return new Map();
  }
}

/** Undefined without a safe place: root leaves nothing in other homes, and others change nothing of ours. */
function pathIn(options: NameCacheOptions): string | undefined {
  const found = findCacheFolder(options);
  if (!found) return undefined;
  const isOurs = ({ uid, mode }: Stats): boolean =>
    options.platform === 'win32' || (uid === options.uid && (mode & 0o022) === 0);
  try {
    const [base, folder] = found.map((each) => statSync(each, { throwIfNoEntry: false }));
    const isSafe = base !== undefined && isOurs(base) && (folder === undefined || isOurs(folder));
    return isSafe ? join(found[1], FILE) : undefined;
  } catch {
    return undefined;
  }
}

function ignoringFailures(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof Error && 'code' in error)) throw error;
  }
}
