import type { ReplyEvent } from '../core/conversation.js';
import type { Output } from '../context.js';
import { createReplyText } from '../core/reply-text.js';
import type { Appearance } from './appearance.js';
import { openReplyPrinter } from './reply-printer.js';
import { write } from './streams.js';

/** Prints one reply as a chat would, while it comes. Gives the conversation's id. */
export async function printRendered(
  events: AsyncGenerator<ReplyEvent>,
  appearance: Appearance,
  stdout: Output,
): Promise<string> {
  const printer = await openReplyPrinter(appearance, stdout);
  const reply = createReplyText();
  let conversationId = '';
  const print = async (text: string): Promise<void> => {
    if (text !== '') await write(stdout, text);
  };
  try {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      await print(printer.write(reply.next(event)));
    }
  } finally {
    await print(printer.end());
  }
  return conversationId;
}
