import type { SandboxFlags } from '../sandbox.js';
import { sandbox } from '../sandbox.js';
import type { CommandEntry } from './entry.js';
import { collected, withVersion } from './flags.js';

export const sandboxEntry: CommandEntry = {
  name: 'sandbox',
  summary: 'serve the Telnyx API locally, for trying and testing',
  define(command, { context }) {
    withVersion(command)
      .description(
        'Serves the Telnyx assistants and conversations API on this machine. Its assistant is a small script; any key that begins with KEY is accepted.',
      )
      .option('--port <number>', 'port to listen on', '4010')
      .option('--latency <ms>', 'wait before each reply', '0')
      .option(
        '--fault <kind:often>',
        'let requests fail: [operation/]kind[@number]:share, or :3x for the first 3 (repeatable)',
        collected,
      )
      .option('--seed <number>', 'fail the same requests as the last time with this number')
      .option('--list-faults', 'print the kinds of faults')
      .action(async (flags: SandboxFlags) => {
        await sandbox(flags, context);
      });
  },
};
