import type { Command } from 'commander';
import type { SessionOptions } from '../../account/account.js';
import type { LoginOptions } from '../login.js';
import type { CommandEntry } from './entry.js';
import { withDotenvOption, withVersion } from './flags.js';

export const loginEntry: CommandEntry = {
  name: 'login',
  summary: 'check a key and store it',
  define(command, { context }) {
    withProfileOptions(command)
      .description(
        'Asks for a key of the Telnyx portal, checks it against the API and stores it. Without a terminal, the key is read from stdin: telnyx-chat login < keyfile',
      )
      .option('--base-url <url>', 'where the API is; stored with the key')
      .option('--no-check', 'store the key without asking the API')
      .option('--debug', 'print a line about each request (TELNYX_CHAT_DEBUG)')
      .option('--screen-reader', 'only ever add plain lines (also with TERM=dumb)')
      .option('--no-color', 'print without colour (NO_COLOR)')
      .action(async (options: LoginOptions) => {
        const { login } = await import('../login.js');
        await login(options, context);
      });
  },
};

export const logoutEntry: CommandEntry = {
  name: 'logout',
  summary: 'remove a stored key',
  define(command, { context }) {
    withProfileOptions(command)
      .description('Removes the key of a profile; its other settings stay.')
      .action(async (options: SessionOptions) => {
        const { logout } = await import('../logout.js');
        await logout(options, context);
      });
  },
};

function withProfileOptions(command: Command): Command {
  withVersion(command).option(
    '-p, --profile <name>',
    'profile to store the key in (TELNYX_PROFILE)',
  );
  return withDotenvOption(command)
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print nothing but the answer and errors');
}
