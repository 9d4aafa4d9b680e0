import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CONFIG_KEYS } from '../../core/config-keys.js';
import type { SessionOptions } from '../../session.js';
import { withVersion } from './flags.js';

const load = async () => (await import('../all.js')).config;

export function registerConfig(program: Command, context: Context): void {
  const config = withVersion(program.command('config')).summary('show and change stored settings');
  config.description(`Shows and changes stored settings: ${CONFIG_KEYS.join(', ')}.`);
  const sub = (usage: string, summary: string): Command =>
    withVersion(config.command(usage))
      .description(summary)
      .option('-p, --profile <name>', 'profile that the setting belongs to (TELNYX_PROFILE)');

  sub('list', 'show every setting in force and where it comes from')
    .option('--env-file <path>', 'file of settings to read instead of ./.env')
    .option('--json', 'print JSON')
    .action(async (options: SessionOptions) => (await load()).list(options, context));
  sub('get <key>', 'print a stored value').action(async (key: string, options: SessionOptions) =>
    (await load()).get(key, options, context),
  );
  sub('set <key> <value>', 'store a value').action(
    async (key: string, value: string, options: SessionOptions) =>
      (await load()).change(key, value, { options, context }),
  );
  sub('unset <key>', 'forget a stored value').action(async (key: string, options: SessionOptions) =>
    (await load()).change(key, undefined, { options, context }),
  );
  sub('path', 'print where settings are stored').action(async () => (await load()).path(context));
}
