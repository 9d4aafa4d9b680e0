import type { Context } from '../../process/context.js';
import { lostMessage } from '../../conversations/update.js';
import { jsonLine } from '../../text/json-line.js';
import { checkedMessage } from '../../turn/message-text.js';
import { write } from '../../process/write.js';
import { messageFrom } from '../options.js';
import type { AccountFlags } from './options.js';
import { withConversation } from './reference.js';

export interface SayFlags extends AccountFlags {
  as?: string;
  role: 'assistant' | 'user';
}

const WITHOUT_WORDS = 'telnyx-chat conversations say <id|name> One moment, please';

/** Adds a person's message; the assistant does not answer it. Sent once, however often it is tried. */
export async function say(
  [idOrName = '', ...words]: string[],
  flags: SayFlags,
  context: Context,
): Promise<void> {
  const text = checkedMessage(await messageFrom(words, context, WITHOUT_WORDS));
  await withConversation(idOrName, { flags, context }, async ({ id, account, ask }) => {
    const { role, as: speaker } = flags;
    const add = account.client.messageAdder({ conversationId: id, role, text, speaker });
    try {
      await ask((_, call) => add(call));
    } catch (error) {
      throw lostMessage(error, `telnyx-chat conversations show ${id}`);
    }
    const added = { conversation_id: id, role, text, name: speaker ?? null };
    await write(context.stdout, flags.json ? jsonLine(added) : `said in ${id}\n`);
  });
}
