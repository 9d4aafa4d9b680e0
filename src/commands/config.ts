import type { Context } from '../context.js';
import { changedConfig, checkedConfigKey, configValue } from '../core/config-keys.js';
import { jsonLine } from '../core/json-line.js';
import { settingRows } from '../core/setting-rows.js';
import { loadSettings, profileName, type SessionOptions } from '../session.js';
import { readConfig } from '../store/config-file.js';
import { storePaths } from '../store/paths.js';

/** Every setting in force and where it comes from. */
export async function list(options: SessionOptions, context: Context): Promise<void> {
  const rows = settingRows(await loadSettings(options, context));
  if (options.json) {
    context.stdout.write(
      jsonLine(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest]))),
    );
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, origin } of rows) {
    context.stdout.write(
      `${name.padEnd(width)}  ${value ?? '(not set)'}  ${origin ?? ''}`.trimEnd() + '\n',
    );
  }
}

/** One stored value. */
export async function get(key: string, options: SessionOptions, context: Context): Promise<void> {
  const name = checkedConfigKey(key);
  const profile = await profileName(options, context);
  const value = configValue(readConfig(storePaths(context).config), name, profile);
  if (value !== undefined) context.stdout.write(`${value}\n`);
}

/** Stores a value, or forgets it. */
export async function change(
  key: string,
  value: string | undefined,
  { options, context }: { options: SessionOptions; context: Context },
): Promise<void> {
  const name = checkedConfigKey(key);
  const profile = await profileName(options, context);
  const { updateConfig } = await import('../store/config-store.js');
  updateConfig(storePaths(context).config, (config) =>
    changedConfig(config, { name, value, profile }),
  );
}

/** Where settings are stored. */
export function path(context: Context): void {
  context.stdout.write(`${storePaths(context).config}\n`);
}
