import type { ReplyPrinter } from '../core/chat/ports.js';
import { createSanitizer } from '../core/sanitize.js';
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
