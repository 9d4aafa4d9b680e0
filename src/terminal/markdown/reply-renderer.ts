// Loaded late: a pipe needs no renderer.
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

export interface ReplyRenderer {
  /** Takes a piece of the reply, sanitized already; returns what is to be printed now. */
  write(chunk: string): string;
  /** Returns the rest. All that was returned together ends with a newline, unless it is empty. */
  end(): string;
}

const DEFAULT_WIDTH = 80;

/**
 * Renders a reply word by word while it arrives. What is returned is only ever added to the screen, and
 * all of it together is the same wherever the reply was cut.
 */
export function createReplyRenderer(options: ReplyRendererOptions): ReplyRenderer {
  const { color = false, glyphs = true, hyperlinks = false, plain = false } = options.style;
  const theme = createTheme({ color: color && !plain, glyphs, hyperlinks });
  return plain ? plainRenderer(options, theme) : markdownRenderer(options, theme);
}

/** Text → lines → blocks → styled words → wrapped lines. */
function markdownRenderer(
  { width, wrap }: ReplyRendererOptions,
  theme: ReturnType<typeof createTheme>,
): ReplyRenderer {
  const isWrapped = wrap && width() !== undefined;
  const printer = new BlockPrinter({
    ...{ theme, width: () => width() ?? DEFAULT_WIDTH, wrap: isWrapped },
  });
  const lines = new LineFeeder(new BlockParser(printer));
  return {
    write(chunk) {
      lines.write(chunk);
      return printer.take();
    },
    end() {
      lines.end();
      return printer.take();
    },
  };
}

function plainRenderer(
  { width, wrap }: ReplyRendererOptions,
  theme: ReturnType<typeof createTheme>,
): ReplyRenderer {
  const writer = new LineWriter(theme, () => (wrap ? width() : undefined));
  return {
    write(chunk) {
      writer.text(chunk, PLAIN);
      return writer.take();
    },
    end() {
      writer.endLine();
      return writer.take();
    },
  };
}
