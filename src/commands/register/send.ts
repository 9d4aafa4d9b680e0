import type { ConversationOptions } from '../options.js';
import { send } from '../send.js';
import type { CommandEntry } from './entry.js';
import { withConversationOptions, withSessionOptions } from './flags.js';

export const sendEntry: CommandEntry = {
  name: 'send',
  summary: 'send one message and print the reply',
  define(command, { context }) {
    withConversationOptions(
      withSessionOptions(command.argument('[message...]', 'what to say; - stands for stdin')),
    )
      .description(
        'Sends one message and prints the reply. Without words, the message is read from stdin.',
      )
      .action(async (words: string[], options: ConversationOptions) => {
        await send(words, options, context);
      });
  },
};
