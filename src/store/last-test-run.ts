// Loaded late: only `test` remembers its last run.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readText } from './files.js';
import { keepPrivate, type Guard } from './private-files.js';
import { assertOwn, replaceFile } from './write-file.js';

/** How the last run of the tests of one folder ended. */
export interface LastTestRun {
  /** Its report, and where that is; undefined when there was none. */
  read(): { report: string; path: string } | undefined;
  write(report: string, uniqueId: string): void;
}

/** A small file for each folder: its name is a hash of the folder's path. */
export function openLastTestRun(state: string, testFolder: string, guard: Guard): LastTestRun {
  const folder = join(state, 'tests');
  const name = createHash('sha256').update(testFolder).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.json`);
  return {
    read() {
      const report = readText(path);
      return report === undefined ? undefined : { report, path };
    },
    write(report, uniqueId) {
      keepPrivate([state, folder, path], guard);
      assertOwn(state);
      replaceFile(path, report, uniqueId);
    },
  };
}
