import { openAccount } from '../account/account.js';
import { defineCommand } from '../command-line/command.js';
import { pipedChat } from './chat/piped.js';
import { CHAT_FLAGS } from './options/chat.js';
import { assertNew } from './options/conversation.js';
import { mayAsk, noticesOn } from './options/output.js';

export const chat = defineCommand({
  description: 'A chat. With stdin piped, each line is one turn and the replies come out in order.',
  flags: CHAT_FLAGS,
  async run(given, context) {
    const { temporary } = given.ending;
    if (temporary) assertNew(given.conversation);
    // A conversation that is deleted at the end is not remembered.
    const target = temporary ? { ...given.target, persist: false } : given.target;
    const values = { ...given, target };
    if (mayAsk(context)) {
      const { interactiveChat } = await import('./chat/interactive.js');
      return interactiveChat(values, context);
    }
    const { output, appearance } = values;
    const notices = await noticesOn(context, { ...target, ...output, ...appearance });
    const account = await openAccount(target, { context, notices });
    try {
      return await pipedChat(account, values, context);
    } finally {
      await account.close();
    }
  },
});
