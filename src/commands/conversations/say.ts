import { defineCommand } from '../../command-line/command.js';
import { choice } from '../../command-line/flag.js';
import { lostMessage } from '../../conversations/update.js';
import { write } from '../../process/write.js';
import { jsonLine } from '../../text/json-line.js';
import { SPEAKER } from '../options/conversation.js';
import { messageFrom } from '../options/message.js';
import { noticesOn, OUTPUT } from '../options/output.js';
import { CONVERSATIONS_TARGET, REFERENCE, withConversation } from './reference.js';

const WITHOUT_WORDS = 'telnyx-chat conversations say <id|name> One moment, please';

const SIDES = ['assistant', 'user'] as const;

const MESSAGE = {
  speaker: SPEAKER,
  role: choice('--role <role>', 'whose side the person is on', {
    choices: SIDES,
    default: 'assistant',
  }),
};

/** Adds a person's message; the assistant does not answer it. It is there once, however often it is sent. */
export const say = defineCommand({
  arguments: REFERENCE,
  flags: {
    target: CONVERSATIONS_TARGET,
    output: OUTPUT,
    message: MESSAGE,
  },
  async run({ operands: [reference = '', ...words], target, output, message }, context) {
    const text = await messageFrom(words, context, WITHOUT_WORDS);
    const notices = await noticesOn(context, { ...target, ...output });
    await withConversation(
      reference,
      { target, context, notices },
      async ({ id, account, ask }) => {
        const { role, speaker } = message;
        const add = account.client.messageAdder({ conversationId: id, role, text, speaker });
        try {
          await ask((_, call) => add(call));
        } catch (error) {
          throw lostMessage(error, `telnyx-chat conversations show ${id}`);
        }
        const added = { conversation_id: id, role, text, name: speaker ?? null };
        await write(context.stdout, output.json ? jsonLine(added) : `said in ${id}\n`);
      },
    );
  },
});
