import { BlockParser } from './blocks/block-parser.js';
import { Printer } from './blocks/printer.js';
import { createTheme } from './theme.js';

export interface MarkdownStreamOptions {
  /** Whether styling is allowed; without it no escape sequence is printed at all. */
  color: boolean;
  /** The terminal's width when it is asked for: tables that don't fit are shown as records. */
  columns: () => number;
  /** Whether the terminal opens addresses that are marked as such. Only with colour. */
  hyperlinks?: boolean;
  /** Bullets and lines as drawn characters; off for a screen reader. */
  glyphs?: boolean;
}

export interface MarkdownStream {
  /** Takes a piece of the source, sanitized already; returns what can be printed now. */
  write(chunk: string): string;
  /** Returns the rest. All that was returned together ends with a newline, unless it is empty. */
  end(): string;
}

/** A longer line is printed in parts, so that it shows and memory stays flat. */
const LONGEST_LINE = 8192;

/** Renders Markdown while it arrives: whole blocks, in order, each printed once. */
export function createMarkdownStream(options: MarkdownStreamOptions): MarkdownStream {
  const { color, glyphs = true, hyperlinks = false } = options;
  const printer = new Printer(createTheme({ color, glyphs, hyperlinks }));
  const lines = new LineFeeder(new BlockParser(printer, options.columns));
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

/** Cuts the source into lines, by its content alone: never by where its pieces happen to end. */
class LineFeeder {
  private pending = '';
  private isWithinLongLine = false;

  constructor(private readonly blocks: BlockParser) {}

  write(chunk: string): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf('\n', start);
      if (end < 0) break;
      this.pending += chunk.slice(start, end);
      this.finishLine();
      start = end + 1;
    }
    this.pending += chunk.slice(start);
    this.shedLongLine();
  }

  end(): void {
    if (this.pending !== '' || this.isWithinLongLine) this.finishLine();
    this.blocks.end();
  }

  private finishLine(): void {
    this.shedLongLine();
    if (this.isWithinLongLine) this.blocks.longLine(this.pending, false);
    else this.blocks.line(this.pending);
    this.pending = '';
    this.isWithinLongLine = false;
  }

  private shedLongLine(): void {
    while (this.pending.length >= LONGEST_LINE) {
      const length = cutBefore(this.pending);
      this.blocks.longLine(this.pending.slice(0, length), !this.isWithinLongLine);
      this.pending = this.pending.slice(length);
      this.isWithinLongLine = true;
    }
  }
}

/** Where to cut a long line: after a word, or at least not within a character. */
function cutBefore(line: string): number {
  const space = line.lastIndexOf(' ', LONGEST_LINE - 1);
  if (space > 0) return space + 1;
  const last = line.charCodeAt(LONGEST_LINE - 1);
  return last >= 0xd800 && last <= 0xdbff ? LONGEST_LINE - 1 : LONGEST_LINE;
}
