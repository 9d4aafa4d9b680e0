import type { Block, BlockText } from '../blocks/block-parser.js';
import { COLUMN_GAP } from '../../../base/text/width.js';
import { splitCells } from '../blocks/syntax.js';
import type { InlineParser } from '../inline/inline-parser.js';
import { BOLD, PLAIN, type Style, type Theme } from '../theme.js';
import type { LineWriter } from '../wrap/line-writer.js';
import { type Cell, type CellRenderer, layOut, type TableLayout } from './table-layout.js';

/** Limit on the rows that are held back until the columns are known, in characters. */
const MAX_HELD = 4096;

export interface TablePrinterOptions {
  theme: Theme;
  writer: LineWriter;
  inline: InlineParser;
  renderer: CellRenderer;
  /** Starts a block in the table's place. */
  begin: () => void;
  /** Columns that a table's line may take. */
  room: () => number;
}

/** Prints a table in columns, or row by row as records where columns don't fit or can't be seen. */
export class TablePrinter implements BlockText {
  private readonly header: Cell[];
  private held: Cell[][] = [];
  private heldSize = 0;
  private layout: TableLayout | 'records' | undefined;
  private hasRow = false;

  constructor(
    private readonly table: Extract<Block, { kind: 'table' }>,
    private readonly options: TablePrinterOptions,
  ) {
    this.header = this.cells(table.header, BOLD);
    if (options.theme.tableRule === undefined) this.layout = 'records';
  }

  /** A whole row. */
  text(row: string): void {
    this.held.push(this.cells(row, PLAIN));
    this.heldSize += row.length;
    if (this.layout || this.heldSize > MAX_HELD) this.printHeld();
  }

  newLine(): void {
    // Each row comes at once.
  }

  close(): void {
    this.printHeld();
    if (this.layout === 'records' && !this.hasRow && !this.table.isHeaderShown) {
      this.printNames();
    }
  }

  /** The header of a table that has nothing else. */
  private printNames(): void {
    const { begin, writer, inline } = this.options;
    begin();
    this.header.forEach(({ source, base }, index) => {
      if (index > 0) writer.text(', ', PLAIN);
      inline.render(source, base);
    });
    writer.endLine();
  }

  private printHeld(): void {
    const { held, layout } = this;
    this.held = [];
    if (!layout) this.printHeader(held);
    for (const row of held) {
      if (this.layout === 'records') this.printRecord(row);
      else if (this.layout) this.printRow(row, this.layout);
      this.hasRow = true;
    }
  }

  private printHeader(rows: readonly Cell[][]): void {
    const { theme, renderer, room, begin } = this.options;
    const { alignments } = this.table;
    const layout = layOut([this.header, ...rows], room(), { renderer, alignments });
    this.layout = layout ?? 'records';
    if (!layout) return;
    if (!this.table.isHeaderShown) {
      begin();
      this.printLines(layout.lines(this.header) ?? []);
    }
    const rule = layout.widths.map((width) => (theme.tableRule ?? '').repeat(width));
    this.printLines([rule.join(COLUMN_GAP)]);
  }

  private printRow(row: readonly Cell[], layout: TableLayout): void {
    const lines = layout.lines(row);
    if (!lines) {
      this.printRecord(row);
      return;
    }
    // Rows of several lines would run into each other.
    if (layout.isNarrowed && this.hasRow) this.options.writer.newLine();
    this.printLines(lines);
  }

  private printLines(lines: readonly string[]): void {
    const { writer } = this.options;
    for (const line of lines) {
      writer.verbatim(line, PLAIN);
      writer.newLine();
    }
  }

  /** A line for each cell, with its column's name. */
  private printRecord(row: readonly Cell[]): void {
    const { begin, writer, inline } = this.options;
    begin();
    row.forEach(({ source, base }, column) => {
      const name = this.header[column];
      if (name?.source) {
        inline.render(name.source, name.base);
        writer.text(': ', PLAIN);
      }
      inline.render(source, base);
      writer.endLine();
    });
  }

  private cells(row: string, base: Style): Cell[] {
    return splitCells(row).map((source) => this.options.renderer.cell(source, base));
  }
}
