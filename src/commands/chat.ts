import { openAccount, sessionOf } from '../account/account.js';
import { defineCommand } from '../command-line/command.js';
import { toggle } from '../command-line/flag.js';
import { pipedChat } from './chat/piped.js';
import { CONVERSATION } from './options/conversation.js';
import { APPEARANCE, noticesOn, TURN_OUTPUT } from './options/output.js';
import { TRACE, TURN_TARGET } from './options/target.js';

export const chat = defineCommand({
  description: 'A chat. With stdin piped, each line is one turn and the replies come out in order.',
  flags: {
    target: { ...TURN_TARGET, trace: TRACE },
    output: TURN_OUTPUT,
    conversation: CONVERSATION,
    appearance: APPEARANCE,
    piped: { keepsGoing: toggle('--keep-going', 'with piped lines: continue after a failed turn') },
  },
  async run(values, context) {
    if (context.stdin.isTTY && context.stderr.isTTY) {
      const { interactiveChat } = await import('./chat/interactive.js');
      return interactiveChat(values, context);
    }
    const notices = noticesOn(context, values.output);
    const account = await openAccount(values.target, { context, notices });
    try {
      return await pipedChat(sessionOf(account), values, context);
    } finally {
      await account.close();
    }
  },
});
