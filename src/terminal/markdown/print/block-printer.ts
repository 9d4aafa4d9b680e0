import type { Block, BlockHandler, BlockText } from '../blocks/block-parser.js';
import type { Container } from '../blocks/containers.js';
import { InlineParser } from '../inline/inline-parser.js';
import { CODE, ITALIC, PLAIN, type Theme } from '../theme.js';
import { LineWriter, NO_MARGIN } from '../wrap/line-writer.js';
import { HeadingText, proseText, htmlText } from './block-texts.js';
import { Margins } from './margins.js';
import { CellRenderer } from './table-layout.js';
import { TablePrinter } from './table-printer.js';

/** Blocks that stand apart from the text around them; `text` keeps the distance it has in the source. */
type Spacing = 'text' | 'apart';

export interface BlockPrinterOptions {
  theme: Theme;
  /** The window's columns, asked at the start of each line. */
  width: () => number;
  /** Without it, the terminal breaks the lines. */
  wrap: boolean;
}

/** Prints blocks, with the empty lines between them and the margins before their lines. */
export class BlockPrinter implements BlockHandler {
  private readonly theme: Theme;
  private readonly width: () => number;
  private readonly writer: LineWriter;
  private readonly margins: Margins;
  private readonly inline: InlineParser;
  private readonly cells: CellRenderer;
  private readonly prose: BlockText;
  private readonly html: BlockText;
  private current: BlockText | undefined;
  private isBlankDue = false;
  private last: { spacing: Spacing; containers: readonly Container[] } | undefined;

  constructor({ theme, width, wrap }: BlockPrinterOptions) {
    this.theme = theme;
    this.width = width;
    this.writer = new LineWriter(theme, wrap ? width : () => undefined);
    this.margins = new Margins(theme);
    this.inline = new InlineParser(this.writer, !theme.isColored);
    this.cells = new CellRenderer(theme);
    this.prose = proseText(this.inline, this.writer);
    this.html = htmlText(this.writer);
  }

  take(): string {
    return this.writer.take();
  }

  open(block: Block, live: readonly Container[]): void {
    const containers = live.length === 0 ? NO_CONTAINERS : [...live];
    switch (block.kind) {
      case 'paragraph':
        this.begin('text', containers);
        this.inline.begin(PLAIN);
        this.current = this.prose;
        break;
      case 'html':
        this.begin('text', containers);
        this.current = this.html;
        break;
      case 'heading':
        this.begin('apart', containers);
        this.current = this.heading(block.level);
        break;
      case 'code':
        this.current = this.code(block.info, containers);
        break;
      case 'rule':
        this.begin('apart', containers);
        this.line(this.theme.rule, containers);
        break;
      case 'underline':
        this.continue(containers);
        this.line(this.theme.underline[block.level], containers);
        break;
      case 'table':
        if (block.isHeaderShown) this.continue(containers);
        this.current = new TablePrinter(block, {
          ...{ theme: this.theme, writer: this.writer, inline: this.inline, renderer: this.cells },
          begin: () => this.begin('apart', containers),
          room: () => this.room(containers),
        });
    }
  }

  text(text: string): void {
    this.current?.text(text);
  }

  newLine(): void {
    this.current?.newLine();
  }

  close(): void {
    this.current?.close();
    this.current = undefined;
  }

  blank(): void {
    this.isBlankDue = true;
  }

  /** An item that had nothing to print is its marker. */
  leave(containers: readonly Container[]): void {
    if (containers.at(-1)?.kind !== 'item' || !this.margins.hasMarker(containers)) return;
    this.begin('text', [...containers]);
    this.writer.newLine();
  }

  private begin(spacing: Spacing, containers: readonly Container[]): void {
    const { last } = this;
    const isApart = spacing === 'apart' || last?.spacing === 'apart';
    if (last && (this.isBlankDue || isApart)) this.separate(last.containers, containers);
    this.isBlankDue = false;
    this.last = { spacing, containers };
    this.writer.setMargin(this.margins.of(containers));
  }

  /** The next lines belong to the paragraph before them. */
  private continue(containers: readonly Container[]): void {
    this.last = { spacing: 'apart', containers };
    this.writer.setMargin(this.margins.of(containers));
  }

  /** An empty line; inside a quote it keeps the quote's mark. */
  private separate(last: readonly Container[], next: readonly Container[]): void {
    const shared = next.filter((container, index) => last[index] === container);
    const isQuoted = shared.some(({ kind }) => kind === 'quote');
    this.writer.setMargin(isQuoted ? this.margins.of(shared) : NO_MARGIN);
    this.writer.newLine();
  }

  private line(text: string, containers: readonly Container[]): void {
    this.writer.verbatim(text.slice(0, Math.max(1, this.room(containers))), PLAIN);
    this.writer.endLine();
  }

  /** Columns that a line has inside these containers. */
  private room(containers: readonly Container[]): number {
    return this.width() - this.margins.of(containers).width;
  }

  private heading(level: number): BlockText {
    const { prefix, style } = this.theme.heading(level);
    const { prose, inline } = this;
    inline.begin(style);
    const heading = new HeadingText((text) => inline.write(text));
    this.writer.text(prefix, style);
    return {
      text: (text) => heading.add(text),
      newLine: () => undefined,
      close: () => {
        heading.end();
        prose.close();
      },
    };
  }

  /** Nothing is put before code where colour sets it off, so that it can be copied as it is. */
  private code(info: string, containers: readonly Container[]): BlockText {
    const { writer, theme } = this;
    let isBegun = false;
    const begin = (): void => {
      if (isBegun) return;
      isBegun = true;
      this.begin('apart', containers);
      if (this.margins.hasMarker(containers)) writer.newLine();
      writer.setMargin(NO_MARGIN);
      if (info) {
        writer.verbatim(`${info}:`, ITALIC);
        writer.newLine();
      }
      const { codeIndent } = theme;
      writer.setMargin({ width: codeIndent.length, next: () => codeIndent });
    };
    if (info) begin();
    return {
      text(text) {
        begin();
        writer.verbatim(text, CODE);
      },
      newLine() {
        begin();
        writer.newLine();
      },
      close: () => undefined,
    };
  }
}

const NO_CONTAINERS: readonly Container[] = [];
