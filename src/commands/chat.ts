import { openAccount } from '../account/account.js';
import { defineCommand } from '../command-line/command.js';
import { toggle } from '../command-line/flag.js';
import { pipedChat } from './chat/piped.js';
import { assertNew, CONVERSATION } from './options/conversation.js';
import { APPEARANCE, noticesOn, TURN_OUTPUT } from './options/output.js';
import { TRACE, TURN_TARGET } from './options/target.js';

export const chat = defineCommand({
  description: 'A chat. With stdin piped, each line is one turn and the replies come out in order.',
  flags: {
    target: { ...TURN_TARGET, trace: TRACE },
    output: TURN_OUTPUT,
    conversation: CONVERSATION,
    appearance: APPEARANCE,
    ending: {
      temporary: toggle('--temporary', 'delete the conversation when the chat ends'),
    },
    piped: { keepsGoing: toggle('--keep-going', 'with piped lines: continue after a failed turn') },
  },
  async run(given, context) {
    const { temporary } = given.ending;
    if (temporary) assertNew(given.conversation);
    // Of a conversation that is soon gone, nothing is remembered.
    const target = temporary ? { ...given.target, persist: false } : given.target;
    const values = { ...given, target };
    if (context.stdin.isTTY && context.stderr.isTTY) {
      const { interactiveChat } = await import('./chat/interactive.js');
      return interactiveChat(values, context);
    }
    const notices = noticesOn(context, values.output);
    const account = await openAccount(values.target, { context, notices });
    try {
      return await pipedChat(account, values, context);
    } finally {
      await account.close();
    }
  },
});
