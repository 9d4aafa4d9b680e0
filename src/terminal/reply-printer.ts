import type { ReplyPrinter } from '../chat/ports.js';
import type { Context } from '../process/context.js';
import { write } from '../process/write.js';
import { createSanitizer } from '../text/sanitize.js';
import type { ReplyEvent } from '../turn/events.js';
import { createReplyText, CUT_OFF } from '../turn/reply-text.js';
import type { Appearance } from './appearance.js';

/**
 * Makes one reply printable: sanitized on a terminal, rendered if it is to be. Ends with a newline.
 * The renderer loads when the first reply is under way.
 */
export async function openReplyPrinter(
  { color, markdown, raw, screenReader }: Appearance,
  stdout: { isTTY?: boolean; columns?: number },
): Promise<ReplyPrinter> {
  if (raw || (!stdout.isTTY && !markdown)) return plainPrinter({ write: same, end: () => '' });
  const sanitizer = createSanitizer();
  if (!markdown) return plainPrinter(sanitizer);
  const { createMarkdownStream } = await import('./markdown/stream.js');
  const columns = (): number => stdout.columns || 80;
  const stream = createMarkdownStream({ color, columns, glyphs: !screenReader });
  return {
    write: (text) => stream.write(sanitizer.write(text)),
    end: () => stream.write(sanitizer.end()) + stream.end(),
  };
}

function same(text: string): string {
  return text;
}

/** The text as it comes, and a newline at the end of what was begun. */
function plainPrinter(filter: ReplyPrinter): ReplyPrinter {
  let last = '';
  const pass = (text: string): string => {
    if (text !== '') last = text;
    return text;
  };
  return {
    write: (text) => pass(filter.write(text)),
    end: () => pass(filter.end()) + (last === '' || last.endsWith('\n') ? '' : '\n'),
  };
}

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
