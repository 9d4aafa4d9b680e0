import type { ChatOptions } from '../options.js';
import { chat } from '../chat.js';
import type { CommandEntry } from './entry.js';
import { withConversationOptions, withSessionOptions } from './flags.js';

export const chatEntry: CommandEntry = {
  name: 'chat',
  summary: 'chat; the default without a command',
  define(command, { context, exit }) {
    withConversationOptions(withSessionOptions(command))
      .addOption(
        command
          .createOption('--format <format>', 'how replies look on a terminal')
          .choices(['auto', 'markdown', 'plain'])
          .default('auto'),
      )
      .option('--screen-reader', 'only ever add plain lines (also with TERM=dumb)')
      .option('--raw', 'let replies control the terminal')
      .option('--keep-going', 'with piped lines: go on after a failed turn')
      .description(
        'A chat. With stdin piped, each line is one turn and the replies come out in order.',
      )
      .action(async (options: ChatOptions) => {
        exit(await chat(options, context));
      });
  },
};
