import type { Command } from 'commander';
import type { Context } from '../context.js';
import { CONFIG_KEYS, changedConfig, checkedConfigKey, configValue } from '../core/config-keys.js';
import { jsonLine } from '../core/json-line.js';
import { settingRows } from '../core/setting-rows.js';
import { loadSettings, type SessionOptions } from '../session.js';
import { readConfig } from '../store/config-file.js';
import { storePaths } from '../store/paths.js';
import { withVersion } from './options.js';

export function registerConfig(program: Command, context: Context): void {
  const config = withVersion(program.command('config')).summary('show and change stored settings');
  config.description(`Shows and changes stored settings: ${CONFIG_KEYS.join(', ')}.`);
  const sub = (usage: string, summary: string): Command =>
    withVersion(config.command(usage))
      .summary(summary)
      .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
      .option('-p, --profile <name>', 'profile that the setting belongs to (TELNYX_PROFILE)');

  sub('list', 'show every setting in force and where it comes from')
    .option('--env-file <path>', 'file of settings to read instead of ./.env')
    .option('--json', 'print JSON')
    .action((options: SessionOptions) => list(options, context));
  sub('get <key>', 'print a stored value').action((key: string, options: SessionOptions) =>
    get(key, options, context),
  );
  sub('set <key> <value>', 'store a value').action(
    (key: string, value: string, options: SessionOptions) => change(key, value, { options, context }),
  );
  sub('unset <key>', 'forget a stored value').action((key: string, options: SessionOptions) =>
    change(key, undefined, { options, context }),
  );
  sub('path', 'print where settings are stored').action(() => {
    context.stdout.write(`${storePaths(context).config}\n`);
  });
}

async function list(options: SessionOptions, context: Context): Promise<void> {
  const rows = settingRows(await loadSettings(options, context));
  if (options.json) {
    context.stdout.write(jsonLine(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest]))));
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, origin } of rows) {
    context.stdout.write(`${name.padEnd(width)}  ${value ?? '(not set)'}  ${origin ?? ''}`.trimEnd() + '\n');
  }
}

async function get(key: string, options: SessionOptions, context: Context): Promise<void> {
  const name = checkedConfigKey(key);
  const { profile } = await loadSettings(options, context);
  const value = configValue(readConfig(storePaths(context).config), name, profile.value);
  if (value !== undefined) context.stdout.write(`${value}\n`);
}

async function change(
  key: string,
  value: string | undefined,
  { options, context }: { options: SessionOptions; context: Context },
): Promise<void> {
  const name = checkedConfigKey(key);
  const { profile } = await loadSettings(options, context);
  const { updateConfig } = await import('../store/config-store.js');
  updateConfig(storePaths(context).config, (config) =>
    changedConfig(config, { name, value, profile: profile.value }),
  );
}
