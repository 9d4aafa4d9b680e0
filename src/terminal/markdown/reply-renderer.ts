// Loaded late: a pipe needs no renderer.
import type { ReplyPrinter } from '../../chat/ports.js';
import { BlockParser } from './blocks/block-parser.js';
import { LineFeeder } from './blocks/line-feeder.js';
import { BlockPrinter } from './print/block-printer.js';
import { PLAIN, createTheme, type ThemeOptions } from './theme.js';
import { LineWriter } from './wrap/line-writer.js';

export interface ReplyRendererOptions {
  /** The window's columns, asked at the start of each line; undefined where there is no window. */
  width: () => number | undefined;
  /** `plain` text has no marks. */
  style: Partial<ThemeOptions> & { plain?: boolean };
  /** Whether words wrap at the window's edge; otherwise the terminal breaks the lines. */
  wrap: boolean;
}

const DEFAULT_WIDTH = 80;

/**
 * Renders a reply word by word while it arrives, sanitized already. What is returned is only ever added to
 * the screen; all of it together is the same wherever the reply was cut, and ends with a newline unless it is
 * empty.
 */
export function createReplyRenderer({ width, wrap, style }: ReplyRendererOptions): ReplyPrinter {
  const { color = false, glyphs = true, plain = false } = style;
  const theme = createTheme({ color: color && !plain, glyphs });
  const writer = new LineWriter(theme, () => (wrap ? width() : undefined));
  const printer = new BlockPrinter(theme, writer, () => width() ?? DEFAULT_WIDTH);
  // Text → lines → blocks → styled words → wrapped lines.
  const lines = new LineFeeder(new BlockParser(printer));
  return {
    write(chunk) {
      if (plain) writer.text(chunk, PLAIN);
      else lines.write(chunk);
      return writer.take();
    },
    end() {
      if (plain) writer.endLine();
      else lines.end();
      return writer.take();
    },
  };
}
