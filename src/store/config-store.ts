// Loaded late: only changing a setting needs conf.
import { basename, dirname } from 'node:path';
import Conf from 'conf';
import { readConfig } from './config-file.js';
import { makeFolder, sweep, withoutMark, writing } from './files.js';
import { locked, type WaitOptions } from './lock.js';
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
  writing(path, () => makeFolder(dirname(path)));
  return locked(path, waiting, () => {
    const config = change(readConfig(path));
    writing(path, () => replaceConfig(path, { ...config, path: undefined }));
    return config;
  });
}

/** Writes the whole file, readable by its owner only. */
function replaceConfig(path: string, changed: object): void {
  const conf = new Conf({
    cwd: dirname(path),
    configName: basename(path, '.json'),
    projectSuffix: '',
    configFileMode: 0o600,
    clearInvalidConfig: false,
    deserialize: (text) => JSON.parse(withoutMark(text)) as Record<string, unknown>,
    accessPropertiesByDotNotation: false,
  });
  // Through JSON, which drops undefined values.
  conf.store = JSON.parse(JSON.stringify(changed)) as Record<string, unknown>;
  sweep(path);
}
