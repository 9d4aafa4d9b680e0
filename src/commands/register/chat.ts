import type { Command } from 'commander';
import type { Context } from '../../context.js';
import type { ChatOptions } from '../chat.js';
import { withConversationOptions, withSessionOptions } from './flags.js';

export function registerChat(
  program: Command,
  context: Context,
  exit: (code: number) => void,
): void {
  const command = program.command('chat').summary('chat; the default without a command');
  withConversationOptions(withSessionOptions(command))
    .option('--keep-going', 'with piped lines: go on after a failed turn')
    .description(
      'A chat. With stdin piped, each line is one turn and the replies come out in order.',
    )
    .action(async (options: ChatOptions) => {
      const { chat } = await import('../all.js');
      exit(await chat(options, context));
    });
}
