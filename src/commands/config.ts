import { guardConfig } from '../account/account.js';
import {
  inspectSettings,
  newProfileName,
  profileName,
  sourcesOf,
  type Target,
} from '../account/sources.js';
import { defineCommand, type ArgumentInfo, type CommandGroup } from '../command-line/command.js';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';
import {
  changedConfig,
  checkedConfigKey,
  CONFIG_KEYS,
  configValue,
  profileRows,
  settingRows,
  type ProfileRow,
  type SettingRow,
} from '../settings/config.js';
import { readConfig } from '../store/settings-files.js';
import { storePaths } from '../store/paths.js';
import { jsonLine } from '../base/text/well-formed.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import { JSON_FLAG, noticesOn, proseOn } from './options/output.js';
import { DOTENV, profileFlags } from './options/target.js';

const TARGET = profileFlags('profile that the setting belongs to (TELNYX_PROFILE)');
const TARGET_WITH_DOTENV = { ...TARGET, dotenv: DOTENV };
const OUTPUT = { json: JSON_FLAG };
const ARGUMENTS: Readonly<Record<string, ArgumentInfo>> = {
  key: { completes: 'config-keys' },
  value: { completes: 'config-values' },
};

/** A refused value becomes an error after all settings are printed. */
const list = defineCommand({
  flags: { target: TARGET_WITH_DOTENV, output: OUTPUT },
  async run({ target, output: { json } }, context) {
    guardConfig(context, await noticesOn(context, { json }));
    const rows = settingRows(await inspectSettings(target, context));
    const prose = await proseOn(context.stdout, {}, context);
    await write(context.stdout, json ? jsonLine(settingsJson(rows)) : prose(settingLines(rows)));
    const refused = rows.find(({ error }) => error !== undefined);
    if (refused?.error) throw refused.error;
  },
});

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

/** Rows as lines, with the first column padded. */
function columns(rows: readonly [string, ...string[]][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = ([name, ...rest]: readonly [string, ...string[]]): string =>
    [name.padEnd(width), ...rest.map((cell) => sanitizeLine(cell, 500))].join('  ').trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** Prints one stored value, or nothing. */
const get = defineCommand({
  arguments: ARGUMENTS,
  flags: { target: TARGET, output: OUTPUT },
  async run({ operands: [key = ''], target, output: { json } }, context) {
    const name = checkedConfigKey(key);
    const profile = await profileName(target, context);
    const value = configValue(readConfig(storePaths(context).config), name, profile);
    if (json) await write(context.stdout, jsonLine({ name, profile, value: value ?? null }));
    else if (value !== undefined) await write(context.stdout, `${sanitizeLine(value, 1000)}\n`);
  },
});

const set = defineCommand({
  arguments: ARGUMENTS,
  flags: { target: TARGET, output: OUTPUT },
  run: ({ operands: [key = '', value = ''], target, output: { json } }, context) =>
    change({ key, value, target, json, context }),
});

const unset = defineCommand({
  arguments: ARGUMENTS,
  flags: { target: TARGET, output: OUTPUT },
  run: ({ operands: [key = ''], target, output: { json } }, context) =>
    change({ key, value: undefined, target, json, context }),
});

interface ChangeOptions {
  key: string;
  value: string | undefined;
  target: Target;
  json: boolean;
  context: Context;
}

/** Stores a value, or forgets it. */
async function change({ key, value, target, json, context }: ChangeOptions): Promise<void> {
  const name = checkedConfigKey(key);
  const profile = await (value === undefined ? profileName : newProfileName)(target, context);
  guardConfig(context, await noticesOn(context, { json }));
  const { updateConfig } = await import('../store/config-store.js');
  const changed = await updateConfig(
    storePaths(context).config,
    (before) => changedConfig(before, { name, value, profile }),
    context,
  );
  if (!json) return;
  const stored = configValue(changed, name, profile) ?? null;
  await write(context.stdout, jsonLine({ name, profile, value: stored }));
}

/** Every profile that `--profile` can name. */
const profiles = defineCommand({
  flags: { target: TARGET_WITH_DOTENV, output: OUTPUT },
  async run({ target, output: { json } }, context) {
    const rows = profileRows(await sourcesOf(target, context));
    await write(context.stdout, json ? jsonLine(rows) : columns(rows.map(profileCells)));
  },
});

function profileCells(row: ProfileRow): [string, ...string[]] {
  const name = `${row.in_force ? '*' : ' '} ${sanitizeLine(row.name)}`;
  return [name, row.api_key ?? '(no key)', row.assistant_id ?? ''];
}

const path = defineCommand({
  flags: { target: TARGET, output: OUTPUT },
  async run({ output: { json } }, context) {
    const { config: stored } = storePaths(context);
    await write(context.stdout, json ? jsonLine({ path: stored }) : `${stored}\n`);
  },
});

export const config: CommandGroup = {
  description: `Shows and changes stored settings: ${CONFIG_KEYS.join(', ')}.`,
  commands: [
    {
      usage: 'list',
      summary: 'show every effective setting and where it comes from',
      load: () => list,
    },
    { usage: 'get <key>', summary: 'print a stored value', load: () => get },
    { usage: 'set <key> <value>', summary: 'store a value', load: () => set },
    { usage: 'unset <key>', summary: 'forget a stored value', load: () => unset },
    {
      usage: 'profiles',
      summary: 'list the profiles; * marks the current one',
      load: () => profiles,
    },
    { usage: 'path', summary: 'print where settings are stored', load: () => path },
  ],
};
