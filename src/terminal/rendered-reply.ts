import type { ReplyEvent } from '../core/conversation.js';
import type { Context } from '../context.js';
import { createReplyText, CUT_OFF } from '../core/reply-text.js';
import type { Appearance } from './appearance.js';
import { openReplyPrinter } from './reply-printer.js';
import { write } from '../write.js';

/** Prints one reply as a chat would, while it comes. Gives the conversation's id. */
export async function printRendered(
  events: AsyncGenerator<ReplyEvent>,
  appearance: Appearance,
  { stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>,
): Promise<string> {
  let printer = await openReplyPrinter(appearance, stdout);
  const reply = createReplyText();
  let conversationId = '';
  const print = async (text: string): Promise<void> => {
    if (text !== '') await write(stdout, text);
  };
  try {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      if (reply.isReplaced(event)) {
        await print(printer.end());
        stderr.write(`${CUT_OFF}\n`);
        printer = await openReplyPrinter(appearance, stdout);
      }
      await print(printer.write(reply.next(event)));
    }
  } finally {
    await print(printer.end());
  }
  return conversationId;
}
