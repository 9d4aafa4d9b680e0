import { displayWidth } from '../../../base/text/width.js';
import type { Block, BlockHandler, BlockText } from '../blocks/block-parser.js';
import type { Container } from '../blocks/containers.js';
import { InlineParser } from '../inline/inline-parser.js';
import { PLAIN, type Theme } from '../theme.js';
import { type LineWriter, type Margin, NO_MARGIN } from '../wrap/line-writer.js';
import { codeText, HeadingText, htmlText, proseText } from './block-texts.js';
import { CellRenderer } from './table-layout.js';
import { TablePrinter } from './table-printer.js';

/** Prints blocks, with the empty lines between them and the margins before their lines. */
export class BlockPrinter implements BlockHandler {
  private readonly margins: Margins;
  private readonly inline: InlineParser;
  private readonly cells: CellRenderer;
  private current: BlockText | undefined;
  private isBlankDue = false;
  /** The last block; one that stands apart has an empty line after it, whatever the source has. */
  private last: { isApart: boolean; containers: readonly Container[] } | undefined;

  constructor(
    private readonly theme: Theme,
    private readonly writer: LineWriter,
    /** The window's columns. */
    private readonly width: () => number,
  ) {
    this.margins = new Margins(theme);
    this.inline = new InlineParser(writer, !theme.isColored);
    this.cells = new CellRenderer(theme);
  }

  open(block: Block, live: readonly Container[]): void {
    this.current = this.opened(block, [...live]);
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
    this.begin([...containers], false);
    this.writer.newLine();
  }

  /** Begins a block. Gives the taker of its text; undefined for a block that has none. */
  private opened(block: Block, containers: readonly Container[]): BlockText | undefined {
    const { theme, writer, inline } = this;
    switch (block.kind) {
      case 'paragraph':
        this.begin(containers, false);
        return proseText(inline, writer);
      case 'html':
        this.begin(containers, false);
        return htmlText(writer);
      case 'heading': {
        const { prefix, style } = theme.heading(block.level);
        this.begin(containers);
        inline.begin(style);
        writer.text(prefix, style);
        return new HeadingText(inline, writer);
      }
      case 'code':
        return codeText({
          theme,
          writer,
          info: block.info,
          begin: () => this.beginCode(containers),
        });
      case 'rule':
        this.begin(containers);
        this.line(theme.rule, containers);
        return undefined;
      case 'underline':
        this.continue(containers);
        this.line(theme.underline[block.level], containers);
        return undefined;
      case 'table':
        if (block.isHeaderShown) this.continue(containers);
        return new TablePrinter(block, {
          ...{ theme, writer, inline, renderer: this.cells },
          begin: () => this.begin(containers),
          room: () => this.room(containers),
        });
    }
  }

  private begin(containers: readonly Container[], isApart = true): void {
    const { last } = this;
    if (last && (this.isBlankDue || isApart || last.isApart)) {
      this.separate(last.containers, containers);
    }
    this.isBlankDue = false;
    this.last = { isApart, containers };
    this.writer.setMargin(this.margins.of(containers));
  }

  /** Code has no marks before its lines: the marker of an item gets a line of its own. */
  private beginCode(containers: readonly Container[]): void {
    this.begin(containers);
    if (this.margins.hasMarker(containers)) this.writer.newLine();
  }

  /** The next lines belong to the paragraph before them. */
  private continue(containers: readonly Container[]): void {
    this.last = { isApart: true, containers };
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
}

/** The marks before lines inside quotes and items. The marker of an item is printed once. */
class Margins {
  private readonly printed = new WeakSet<Container>();

  constructor(private readonly theme: Theme) {}

  of(containers: readonly Container[]): Margin {
    if (containers.length === 0) return NO_MARGIN;
    let width = 0;
    for (const container of containers) width += displayWidth(this.markOf(container));
    let later: string | undefined;
    const next = (): string => {
      if (later !== undefined) return later;
      const isFirst = this.hasMarker(containers);
      const line = this.line(containers);
      if (!isFirst) later = line;
      return line;
    };
    return { width, next };
  }

  /** Whether the marker of one of these items still waits for a line to stand before. */
  hasMarker(containers: readonly Container[]): boolean {
    return containers.some(
      (container) => container.kind === 'item' && !this.printed.has(container),
    );
  }

  private markOf(container: Container): string {
    if (container.kind === 'quote') return `${this.theme.quoteMark} `;
    const { shown, type, isChecked } = container;
    const number = shown === undefined ? '' : `${shown}${type} `;
    if (isChecked !== undefined) return `${number}${this.theme.checkbox(isChecked)} `;
    return number || `${this.theme.bullet} `;
  }

  private line(containers: readonly Container[]): string {
    let line = '';
    for (const container of containers) {
      const mark = this.markOf(container);
      const isPrinted = container.kind === 'item' && this.printed.has(container);
      line += isPrinted ? ' '.repeat(displayWidth(mark)) : mark;
      this.printed.add(container);
    }
    return line;
  }
}
