import { defineCommand } from '../../command-line/command.js';
import type { Conversation, Message } from '../../conversations/conversation.js';
import { detailRows, messageBlock } from '../../conversations/details.js';
import { openTranscript, type Transcript } from '../../conversations/transcript.js';
import { stylesFor, type Styles } from '../../terminal/styles.js';
import { paged } from '../../terminal/pager.js';
import { appearanceFor, noticesOn, PAGED_OUTPUT } from '../options/output.js';
import { CONVERSATIONS_TARGET, messagesOf, REFERENCE, withConversation } from './reference.js';

/** A conversation's details and all its messages. */
export const show = defineCommand({
  arguments: REFERENCE,
  flags: { target: CONVERSATIONS_TARGET, output: PAGED_OUTPUT },
  async run({ operands: [reference = ''], target, output }, context) {
    const notices = noticesOn(context, output);
    await withConversation(reference, { target, context, notices }, async ({ id, ask }) => {
      const conversation = await ask((client, call) => client.getConversation(id, call));
      const messages = messagesOf(id, ask, context);
      const styles = stylesFor(appearanceFor(output, context));
      const view = output.json ? openTranscript('json') : readable(styles);
      await paged(context, output.pager, async (print) => {
        await print(view.begin(conversation));
        for await (const batch of messages) await print(batch.messages.map(view.message).join(''));
        await print(view.end());
      });
    });
  },
});

function readable({ dim, bold }: Styles): Transcript {
  return {
    begin: (conversation: Conversation) =>
      detailRows(conversation)
        .map(([label, value]) => `${dim(label.padEnd(9))}  ${value}\n`)
        .join(''),
    message: (message: Message) => {
      const { heading, lines } = messageBlock(message);
      return `\n${[bold(heading), ...lines].join('\n')}\n`;
    },
    end: () => '',
  };
}
