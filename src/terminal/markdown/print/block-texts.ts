import type { BlockText } from '../blocks/block-parser.js';
import type { InlineParser } from '../inline/inline-parser.js';
import { CODE, ITALIC, PLAIN, type Theme } from '../theme.js';
import { type LineWriter, NO_MARGIN } from '../wrap/line-writer.js';

export function proseText(inline: InlineParser, writer: LineWriter): BlockText {
  inline.begin(PLAIN);
  return {
    text: (text) => inline.write(text),
    newLine: () => inline.write('\n'),
    close() {
      inline.end();
      writer.endLine();
    },
  };
}

/** HTML is shown as it is written. */
export function htmlText(writer: LineWriter): BlockText {
  return {
    text: (text) => writer.text(text, PLAIN),
    newLine: () => writer.newLine(),
    close: () => writer.endLine(),
  };
}

export interface CodeTextOptions {
  theme: Theme;
  writer: LineWriter;
  info: string;
  /** Starts the block in its place. */
  begin: () => void;
}

/** Code, without marks around it, so that it can be copied as it is. Empty code prints nothing. */
export function codeText({ theme, writer, info, begin }: CodeTextOptions): BlockText {
  let hasStarted = false;
  const beginOnce = (): void => {
    if (hasStarted) return;
    hasStarted = true;
    begin();
    writer.setMargin(NO_MARGIN);
    if (info) {
      writer.verbatim(`${info}:`, ITALIC);
      writer.newLine();
    }
    const { codeIndent } = theme;
    writer.setMargin({ width: codeIndent.length, next: () => codeIndent });
  };
  if (info) beginOnce();
  return {
    text(text) {
      beginOnce();
      writer.verbatim(text, CODE);
    },
    newLine() {
      beginOnce();
      writer.newLine();
    },
    close: () => undefined,
  };
}

/** White space and `#` that go on for longer are text, even at the end of a heading. */
const MAX_CLOSING = 1024;
const CLOSING = /(?<=[ \t])#+[ \t]*$/;

/** Passes a heading's text on as it comes, without the marks that may close it: `# Title #`. */
export class HeadingText implements BlockText {
  /** The marks at the end of the text, which are dropped if nothing follows them. */
  private tail = '';
  private isTooLong = false;
  private hasStarted = false;
  /** The last character that was passed on. */
  private before = ' ';

  constructor(
    private readonly inline: InlineParser,
    private readonly writer: LineWriter,
  ) {}

  text(text: string): void {
    const certain = marksStart(text);
    if (certain > 0) {
      this.release(text.slice(0, certain));
      this.isTooLong = false;
    }
    const marks = text.slice(certain);
    const start = this.tail === '' ? marks.length - marks.trimStart().length : 0;
    if (start > 0) this.release(marks.slice(0, start));
    this.tail += marks.slice(start);
    this.isTooLong ||= this.tail.length > MAX_CLOSING;
    if (this.isTooLong) this.release();
  }

  newLine(): void {
    // A heading has one line.
  }

  close(): void {
    this.tail = (this.before + this.tail).replace(CLOSING, '').slice(this.before.length);
    this.release();
    this.inline.end();
    this.writer.endLine();
  }

  private release(more = ''): void {
    const text = this.hasStarted ? this.tail + more : (this.tail + more).trimStart();
    this.tail = '';
    if (text === '') return;
    this.hasStarted = true;
    this.before = text.slice(-1);
    this.inline.write(text);
  }
}

/** The start of the white space and `#` at the end of a text. */
function marksStart(text: string): number {
  let start = text.length;
  while (start > 0 && '# \t'.includes(text.charAt(start - 1))) start -= 1;
  return start;
}
