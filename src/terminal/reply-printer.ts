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
  { color, markdown, raw, screenReader, wrap }: Appearance,
  stdout: { isTTY?: boolean; columns?: number },
): Promise<ReplyPrinter> {
  if (raw || (!stdout.isTTY && !markdown)) return untouched();
  const { createReplyRenderer } = await import('./markdown/reply-renderer.js');
  const sanitizer = createSanitizer();
  const renderer = createReplyRenderer({
    width: () => (stdout.isTTY ? stdout.columns || undefined : undefined),
    style: { color, glyphs: !screenReader, plain: !markdown },
    wrap,
  });
  return {
    write: (text) => renderer.write(sanitizer.write(text)),
    end: () => renderer.write(sanitizer.end()) + renderer.end(),
  };
}

/** The text as it comes, and a newline after the last one. */
function untouched(): ReplyPrinter {
  let last = '';
  return {
    write(text) {
      if (text !== '') last = text;
      return text;
    },
    end() {
      const newline = last === '' || last.endsWith('\n') ? '' : '\n';
      last = '';
      return newline;
    },
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
