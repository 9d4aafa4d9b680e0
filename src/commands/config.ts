import type { Context } from '../process/context.js';
import { changedConfig, checkedConfigKey, configValue } from '../settings/config-keys.js';
import { jsonLine } from '../text/json-line.js';
import { profileRows, type ProfileRow, settingRows, type SettingRow } from '../settings/rows.js';
import { sanitizeLine } from '../text/sanitize.js';
import {
  guardConfig,
  inspectSettings,
  newProfileName,
  profileName,
  sourcesOf,
  surroundings,
  type SessionOptions,
} from '../account/account.js';
import { readConfig } from '../store/config-file.js';
import { storePaths } from '../store/paths.js';
import { write } from '../process/write.js';

/** Every setting in force and where it comes from. A value that is refused is an error after the rest. */
export async function list(options: SessionOptions, context: Context): Promise<void> {
  guardConfig(surroundings(options, context));
  const rows = settingRows(await inspectSettings(options, context));
  await write(context.stdout, options.json ? jsonLine(settingsJson(rows)) : settingLines(rows));
  const refused = rows.find(({ error }) => error !== undefined);
  if (refused?.error) throw refused.error;
}

function settingsJson(rows: readonly SettingRow[]): object {
  return Object.fromEntries(
    rows.map(({ name, value, origin, error }) => [
      name,
      { value, origin, error: error?.message ?? null },
    ]),
  );
}

function settingLines(rows: readonly SettingRow[]): string {
  return columns(
    rows.map(({ name, value, origin, error }) => [
      name,
      error ? `(refused: ${error.message})` : (value ?? '(not set)'),
      origin ?? '',
    ]),
  );
}

/** Lines whose first column, which is ours, has one width. */
function columns(rows: readonly [string, ...string[]][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = ([name, ...rest]: readonly [string, ...string[]]): string =>
    [name.padEnd(width), ...rest.map((cell) => sanitizeLine(cell, 500))].join('  ').trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** One stored value, or nothing. */
export async function get(key: string, options: SessionOptions, context: Context): Promise<void> {
  const name = checkedConfigKey(key);
  const profile = await profileName(options, context);
  const value = configValue(readConfig(storePaths(context).config), name, profile);
  if (options.json) await write(context.stdout, jsonLine({ name, profile, value: value ?? null }));
  else if (value !== undefined) await write(context.stdout, `${sanitizeLine(value, 1000)}\n`);
}

/** Stores a value, or forgets it. */
export async function change(
  key: string,
  value: string | undefined,
  { options, context }: { options: SessionOptions; context: Context },
): Promise<void> {
  const name = checkedConfigKey(key);
  const isSet = value !== undefined;
  const profile = await (isSet ? newProfileName : profileName)(options, context);
  guardConfig(surroundings(options, context));
  const { updateConfig } = await import('../store/config-store.js');
  const config = await updateConfig(
    storePaths(context).config,
    (before) => changedConfig(before, { name, value, profile }),
    context,
  );
  if (!options.json) return;
  const stored = configValue(config, name, profile) ?? null;
  await write(context.stdout, jsonLine({ name, profile, value: stored }));
}

/** Every profile that `--profile` can name. */
export async function profiles(options: SessionOptions, context: Context): Promise<void> {
  const rows = profileRows(await sourcesOf(options, context));
  await write(context.stdout, options.json ? jsonLine(rows) : columns(rows.map(profileCells)));
}

function profileCells(row: ProfileRow): [string, ...string[]] {
  const name = `${row.in_force ? '*' : ' '} ${sanitizeLine(row.name)}`;
  return [name, row.api_key ?? '(no key)', row.assistant_id ?? ''];
}

/** Where settings are stored. */
export async function path(options: SessionOptions, context: Context): Promise<void> {
  const { config: stored } = storePaths(context);
  await write(context.stdout, options.json ? jsonLine({ path: stored }) : `${stored}\n`);
}
