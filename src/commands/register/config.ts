import type { Command } from 'commander';
import type { Context } from '../../process/context.js';
import { CONFIG_KEYS } from '../../settings/config-keys.js';
import type { SessionOptions } from '../../account/account.js';
import type { CommandEntry } from './entry.js';
import { withDotenvOption, withVersion } from './flags.js';

export const configEntry: CommandEntry = {
  name: 'config',
  summary: 'show and change stored settings',
  define(command, { context }) {
    withVersion(command).description(
      `Shows and changes stored settings: ${CONFIG_KEYS.join(', ')}.`,
    );
    defineActions(command, context);
  },
};

function defineActions(config: Command, context: Context): void {
  const sub = (usage: string, summary: string): Command =>
    withVersion(config.command(usage))
      .description(summary)
      .option('-p, --profile <name>', 'profile that the setting belongs to (TELNYX_PROFILE)')
      .option('--json', 'print JSON');

  withDotenvOption(sub('list', 'show every setting in force and where it comes from')).action(
    async (options: SessionOptions) => (await loaded()).list(options, context),
  );
  sub('get <key>', 'print a stored value').action(async (key: string, options: SessionOptions) =>
    (await loaded()).get(key, options, context),
  );
  sub('set <key> <value>', 'store a value').action(
    async (key: string, value: string, options: SessionOptions) =>
      (await loaded()).change(key, value, { options, context }),
  );
  sub('unset <key>', 'forget a stored value').action(async (key: string, options: SessionOptions) =>
    (await loaded()).change(key, undefined, { options, context }),
  );
  withDotenvOption(sub('profiles', 'list the profiles; * marks the one in force')).action(
    async (options: SessionOptions) => (await loaded()).profiles(options, context),
  );
  sub('path', 'print where settings are stored').action(async (options: SessionOptions) =>
    (await loaded()).path(options, context),
  );
}

const loaded = () => import('../config.js');
