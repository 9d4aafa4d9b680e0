// Loaded late: only changing a setting needs conf.
import { chownSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Conf from 'conf';
import { readConfig } from './settings-files.js';
import { withoutMark } from './files.js';
import { locked, type WaitOptions } from './lock.js';
import { fileToWrite, makeFolder, replacing, sweep, writing } from './private-files.js';
import type { Config } from '../settings/settings.js';

/**
 * Changes the config file under a lock, so that no change of another process is lost. A damaged file is
 * left alone. Gives the new config.
 */
export async function updateConfig(
  path: string,
  change: (config: Config) => Config,
  waiting: WaitOptions,
): Promise<Config> {
  // An invalid change throws before anything is created.
  change(readConfig(path));
  const target = writing(path, () => {
    makeFolder(dirname(path));
    return fileToWrite(path);
  });
  return locked(path, waiting, () => {
    const config = change(readConfig(path));
    writing(path, () => replaceConfig(target, { ...config, path: undefined }));
    return config;
  });
}

/**
 * Replaces the file, readable by its owner only. conf writes a file beside it, because on a full disk
 * conf takes a truncated file for complete.
 */
function replaceConfig(path: string, changed: object): void {
  const fresh = `${path}.tmp-0`;
  // Left by a process that was killed.
  rmSync(fresh, { force: true });
  // Through JSON, which drops undefined values.
  const text = JSON.stringify(changed);
  replacing(path, fresh, () => {
    openConf(fresh).store = JSON.parse(text) as Record<string, unknown>;
    if (textIn(fresh) !== text) throw new Error('ENOSPC: no space left on device');
    keepOwner(path, fresh);
  });
  sweep(path, /^config\.json\.tmp-[\da-f]+/);
}

function openConf(path: string): Conf {
  return new Conf({
    cwd: dirname(path),
    configName: basename(path),
    fileExtension: '',
    projectSuffix: '',
    configFileMode: 0o600,
    clearInvalidConfig: false,
    deserialize: (text) => JSON.parse(withoutMark(text)) as Record<string, unknown>,
    accessPropertiesByDotNotation: false,
  });
}

/** The JSON in a file without its indentation; undefined when it is cut short. */
function textIn(path: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** With sudo, the file stays the person's. */
function keepOwner(path: string, fresh: string): void {
  const before = statSync(path, { throwIfNoEntry: false });
  const { uid, gid } = statSync(fresh);
  if (before && (before.uid !== uid || before.gid !== gid)) {
    try {
      chownSync(fresh, before.uid, before.gid);
    } catch {
      // Only root can give a file away.
    }
  }
}
