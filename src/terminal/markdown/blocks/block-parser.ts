import { type Container, LineCursor } from './containers.js';
import { type Line, type LineStart, type OpenBlock, readLine, undecidedLine } from './line.js';
import { type Alignment, MAX_HTML_END } from './syntax.js';

/** A block of the reply. Only a table's lines come whole; those of all others as they arrive. */
export type Block =
  | { kind: 'paragraph' | 'html' | 'rule' }
  | { kind: 'heading'; level: number }
  /** A line of `=` or `-` under a paragraph, which is printed already and can't become a heading. */
  | { kind: 'underline'; level: 1 | 2 }
  | { kind: 'code'; info: string }
  | {
      kind: 'table';
      header: string;
      /** A header without a bar at its start has been shown as the paragraph that it looked like. */
      isHeaderShown: boolean;
      alignments: readonly Alignment[];
    };

/** Takes the text of one block. */
export interface BlockText {
  /** More of the block's line. */
  text(text: string): void;
  /** The block's line ends. */
  newLine(): void;
  close(): void;
}

/** Told of a reply's blocks, in order, and of the text of the open one. */
export interface BlockHandler extends BlockText {
  /** `containers` are the quotes and items around the block, outermost first. */
  open(block: Block, containers: readonly Container[]): void;
  /** An empty line between blocks. */
  blank(): void;
  /** The innermost of these containers ends. */
  leave(containers: readonly Container[]): void;
}

/** Limit on the last line of a paragraph that is kept: it may be the header of a table. */
const MAX_HEADER = 8192;

const PARAGRAPH: Block = { kind: 'paragraph' };
const HTML: Block = { kind: 'html' };

/**
 * Reads Markdown by lines that may still be arriving, and tells `handler` of the blocks. Only the open
 * block and the quotes and items around it are kept. The rules are CommonMark's, with tables and task
 * lists, except where the text is shown before they could apply: a paragraph with a line under it does
 * not become a heading, and link references are text.
 */
export class BlockParser {
  private readonly containers: Container[] = [];
  private open: OpenBlock | undefined;
  /** Whether the current line is the open block's. */
  private isInLine = false;
  /** A line that is a table's header if the next one says so, and otherwise text. */
  private heldRow: string | undefined;
  /** Empty lines that belong to indented code only if more code follows. */
  private heldBlanks = 0;
  private htmlTail = '';

  constructor(private readonly handler: BlockHandler) {}

  /**
   * Takes the start of a line. False means that nothing happened: more of the line has to be known.
   * An overdue line is text, or more of the open block.
   */
  startLine(text: string, isWhole: boolean, isOverdue = false): boolean {
    const open: OpenBlock | undefined =
      this.heldRow === undefined ? this.open : { kind: 'paragraph', lastLine: this.heldRow };
    let line = readLine(new LineCursor(text, isWhole), this.containers, open);
    if (isOverdue) line ??= undecidedLine(new LineCursor(text, isWhole), this.containers, open);
    if (line) this.take(line);
    return line !== undefined;
  }

  /** More of a line whose start is taken. */
  continueLine(text: string): void {
    const { open } = this;
    if (open?.kind === 'paragraph' && open.lastLine.length < MAX_HEADER) open.lastLine += text;
    if (open?.kind === 'html' && open.end) {
      this.htmlTail = this.htmlTail.slice(-MAX_HTML_END) + text;
      open.isEnded ||= open.end.test(this.htmlTail);
    }
    this.handler.text(text);
  }

  endLine(): void {
    const { open } = this;
    if (this.isInLine) this.handler.newLine();
    this.isInLine = false;
    if (open?.kind === 'heading' || (open?.kind === 'html' && open.isEnded)) this.closeBlock();
    this.htmlTail = '';
  }

  end(): void {
    this.closeTo(0);
  }

  private take(line: Line): void {
    const { start, rest, matched, opened } = line;
    if (start.kind === 'delimiters') {
      this.openTable(start.alignments);
      return;
    }
    this.releaseRow();
    if (this.isContinuation(line)) this.continueBlock(start, rest);
    else if (start.kind === 'row' && this.open?.kind === 'paragraph' && opened.length === 0) {
      this.heldRow = rest;
    } else {
      if (start.kind === 'underline') this.closeBlock();
      else this.closeTo(matched);
      this.containers.push(...opened);
      this.startBlock(start, rest, opened.length === 0);
    }
  }

  private isContinuation({ matched, opened, start }: Line): boolean {
    if (start.kind === 'verbatim' || start.kind === 'fence-end') return true;
    if (opened.length > 0 || (start.kind !== 'text' && start.kind !== 'row')) return false;
    const isWithin = matched === this.containers.length;
    if (this.open?.kind === 'table') return isWithin;
    // A paragraph continues even without the marks of the quote or item around it.
    return this.open?.kind === 'paragraph' && !(start.kind === 'row' && isWithin);
  }

  private continueBlock(start: LineStart, rest: string): void {
    if (start.kind === 'fence-end') this.closeBlock();
    else if (this.open?.kind === 'indented' && rest.trim() === '') this.heldBlanks += 1;
    else this.addLine(rest);
  }

  private startBlock(start: LineStart, rest: string, isAtTop: boolean): void {
    if (start.kind === 'blank') {
      if (isAtTop || this.containers.at(-1)?.kind === 'quote') this.handler.blank();
    } else if (start.kind === 'row') this.heldRow = rest;
    else if (start.kind === 'rule' || start.kind === 'underline') {
      this.handler.open(start, this.containers);
      this.handler.close();
    } else if (start.kind === 'fence') {
      this.openBlock({ kind: 'code', info: start.info }, { ...start, kind: 'fenced' });
    } else if (start.kind === 'indented') {
      this.openBlock({ kind: 'code', info: '' }, { kind: 'indented' }).addLine(rest);
    } else if (start.kind === 'html') {
      const { end } = start.html;
      this.openBlock(HTML, { kind: 'html', end, isEnded: false }).addLine(rest);
    } else if (start.kind === 'heading') this.openBlock(start, { kind: 'heading' }).addLine(rest);
    else this.openParagraph().addLine(rest);
  }

  private openParagraph(): this {
    return this.openBlock(PARAGRAPH, { kind: 'paragraph', lastLine: '' });
  }

  private openTable(alignments: readonly Alignment[]): void {
    const { heldRow, open } = this;
    const shown = open?.kind === 'paragraph' ? open.lastLine : '';
    this.heldRow = undefined;
    this.closeBlock();
    const isHeaderShown = heldRow === undefined;
    const header = heldRow ?? shown;
    this.openBlock({ kind: 'table', header, isHeaderShown, alignments }, { kind: 'table' });
  }

  /** The held line is text, since no table follows it. */
  private releaseRow(): void {
    const { heldRow } = this;
    if (heldRow === undefined) return;
    this.heldRow = undefined;
    if (!this.open) this.openParagraph();
    this.addLine(heldRow);
    this.endLine();
  }

  private openBlock(block: Block, open: OpenBlock): this {
    this.handler.open(block, this.containers);
    this.open = open;
    return this;
  }

  private addLine(text: string): void {
    for (; this.heldBlanks > 0; this.heldBlanks -= 1) this.handler.newLine();
    this.isInLine = true;
    if (this.open?.kind === 'paragraph') this.open.lastLine = '';
    this.continueLine(text);
  }

  private closeBlock(): void {
    this.releaseRow();
    if (this.open) this.handler.close();
    this.open = undefined;
    if (this.heldBlanks > 0) this.handler.blank();
    this.heldBlanks = 0;
  }

  /** Ends the open block and all but the outer `count` containers. */
  private closeTo(count: number): void {
    this.closeBlock();
    while (this.containers.length > count) {
      this.handler.leave(this.containers);
      this.containers.pop();
    }
  }
}
