import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps the programs of services where an ordinary PATH does not look. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** Where a program is; undefined when it is not installed. */
export function installed(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
}

/** The same for tests that are skipped without it, which is said once. */
export function installedOrSkipped(name: string): string | undefined {
  const path = installed(name);
  if (path === undefined) console.warn(`skipped: tests with ${name} (not installed)`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
