import type { Command } from 'commander';
import type { Context } from '../../context.js';
import type { ConversationOptions } from '../options.js';
import { withConversationOptions, withSessionOptions } from './flags.js';

export function registerSend(program: Command, context: Context): void {
  const command = program
    .command('send')
    .argument('[message...]', 'what to say; - stands for stdin');
  withConversationOptions(
    withSessionOptions(command.summary('send one message and print the reply')),
  )
    .description(
      'Sends one message and prints the reply. Without words, the message is read from stdin.',
    )
    .action(async (words: string[], options: ConversationOptions) => {
      const { send } = await import('../all.js');
      await send(words, options, context);
    });
}
