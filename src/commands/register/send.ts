import type { ReadingOptions } from '../options.js';
import { send } from '../send.js';
import type { CommandEntry } from './entry.js';
import { withAppearanceOptions, withConversationOptions, withSessionOptions } from './flags.js';

export const sendEntry: CommandEntry = {
  name: 'send',
  summary: 'send one message and print the reply',
  define(command, { context }) {
    command.argument('[message...]', 'what to say; - stands for stdin');
    withAppearanceOptions(withConversationOptions(withSessionOptions(command)))
      .description(
        'Sends one message and prints the reply. Without words, the message is read from stdin.',
      )
      .action(async (words: string[], options: ReadingOptions) => {
        await send(words, options, context);
      });
  },
};
