import { basename, dirname } from 'node:path';
import Conf from 'conf';
import { readConfig } from './config-file.js';
import { makeFolder, sweep, withoutMark, writing } from './files.js';
import type { Config } from '../core/settings.js';

/** Writes the config file, whole and for its owner's eyes only; a damaged one is left alone. */
export function updateConfig(path: string, change: (config: Config) => Config): void {
  const changed = { ...change(readConfig(path)), path: undefined };
  writing(path, () => {
    makeFolder(dirname(path));
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
  });
}
