import type { Command } from 'commander';
import type { Context } from '../../context.js';
import type { SandboxFlags } from '../sandbox.js';
import { withVersion } from './flags.js';

export function registerSandbox(program: Command, context: Context): void {
  withVersion(program.command('sandbox'))
    .summary('serve the Telnyx API locally, for trying and testing')
    .description(
      'Serves the Telnyx assistants and conversations API on this machine. Its assistant is a small script; any key that begins with KEY is accepted.',
    )
    .option('--port <number>', 'port to listen on', '4010')
    .option('--latency <ms>', 'wait before each reply', '0')
    .action(async (flags: SandboxFlags) => {
      const { sandbox } = await import('../all.js');
      await sandbox(flags, context);
    });
}
