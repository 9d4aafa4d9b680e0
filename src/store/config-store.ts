import { basename, dirname } from 'node:path';
import Conf from 'conf';
import { readConfig } from './config-file.js';
import { makeFolder, sweep, withoutMark, writing } from './files.js';
import { locked, type WaitOptions } from './lock.js';
import type { Config } from '../settings/settings.js';

/**
 * Changes the config file, so that nobody else's change is lost; a damaged one is left alone. Gives
 * what it now holds.
 */
export async function updateConfig(
  path: string,
  change: (config: Config) => Config,
  waiting: WaitOptions,
): Promise<Config> {
  // What is refused leaves no trace.
  change(readConfig(path));
  writing(path, () => makeFolder(dirname(path)));
  return locked(path, waiting, () => {
    const config = change(readConfig(path));
    writing(path, () => replaceConfig(path, { ...config, path: undefined }));
    return config;
  });
}

/** Writes it whole and for its owner's eyes only. */
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
  // Through JSON, which leaves out what is undefined.
  conf.store = JSON.parse(JSON.stringify(changed)) as Record<string, unknown>;
  sweep(path);
}
