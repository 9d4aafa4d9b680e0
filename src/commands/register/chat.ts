import type { ChatOptions } from '../options.js';
import { chat } from '../chat.js';
import type { CommandEntry } from './entry.js';
import { withAppearanceOptions, withConversationOptions, withSessionOptions } from './flags.js';

export const chatEntry: CommandEntry = {
  name: 'chat',
  summary: 'chat; the default without a command',
  define(command, { context, exit }) {
    withAppearanceOptions(withConversationOptions(withSessionOptions(command)))
      .option('--keep-going', 'with piped lines: go on after a failed turn')
      .description(
        'A chat. With stdin piped, each line is one turn and the replies come out in order.',
      )
      .action(async (options: ChatOptions) => {
        exit(await chat(options, context));
      });
  },
};
