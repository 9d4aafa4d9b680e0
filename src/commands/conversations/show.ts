import type { Context } from '../../process/context.js';
import { detailRows, messageBlock } from '../../conversations/details.js';
import type { Conversation, Message } from '../../conversations/conversation.js';
import { openTranscript, type Transcript } from '../../conversations/transcript.js';
import { stylesFor } from '../../terminal/styles.js';
import { paged } from '../../terminal/pager.js';
import { appearanceFor } from '../options.js';
import type { AccountFlags, PageFlags } from './options.js';
import { messagesOf, withConversation } from './reference.js';

/** What is known of a conversation, and all that was said in it. */
export async function show(idOrName: string, flags: PageFlags, context: Context): Promise<void> {
  await withConversation(idOrName, { flags, context }, async ({ id, ask }) => {
    const conversation = await ask((client, call) => client.getConversation(id, call));
    const messages = messagesOf(id, ask, context);
    const view = flags.json ? openTranscript('json') : forPeople(flags, context);
    await paged(context, flags.pager, async (print) => {
      await print(view.begin(conversation));
      for await (const batch of messages) await print(batch.messages.map(view.message).join(''));
      await print(view.end());
    });
  });
}

function forPeople(flags: AccountFlags, context: Context): Transcript {
  const { dim, bold } = stylesFor(appearanceFor(flags, context));
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
