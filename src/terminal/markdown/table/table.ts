import type { Container } from '../blocks/containers.js';
import type { Printer } from '../blocks/printer.js';
import { displayWidth } from '../display-width.js';
import { renderInline } from '../inline/inline.js';
import { type Alignment, splitCells } from './cells.js';
import { alignedTable, record } from './layout.js';

/** A table that goes on for longer is no longer kept back to be aligned. */
const LARGEST_ALIGNED = 65_536;

export interface TableOptions {
  printer: Printer;
  containers: readonly Container[];
  columns: () => number;
}

/** Rows until the table ends; only then are the widths of its columns known. */
export class Table {
  readonly kind = 'table';
  private readonly header: string[];
  private rows: string[][] = [];
  private size = 0;
  private isTooLong = false;

  constructor(
    header: string,
    private readonly alignments: readonly Alignment[],
    private readonly options: TableOptions,
  ) {
    const { theme } = options.printer;
    this.header = this.cells(header).map((cell) => theme.tableHeader(cell));
  }

  add(content: string): void {
    this.rows.push(this.cells(content));
    this.size += content.length;
    if (this.size > LARGEST_ALIGNED) this.printRows();
  }

  close(): void {
    const { printer, containers, columns } = this.options;
    const { header, alignments, rows } = this;
    const room = columns() - displayWidth(indentOf(containers));
    const aligned = this.isTooLong
      ? undefined
      : alignedTable({ header, alignments, rows }, room, printer.theme);
    if (aligned === undefined) this.printRows();
    else this.print(aligned);
  }

  private cells(content: string): string[] {
    return splitCells(content).map((cell) => renderInline(cell, this.options.printer.theme));
  }

  private printRows(): void {
    if (this.rows.length === 0 && !this.isTooLong) this.print(this.header.join(', '));
    for (const row of this.rows) this.print(record(this.header, row));
    this.rows = [];
    this.size = LARGEST_ALIGNED;
    this.isTooLong = true;
  }

  private print(text: string): void {
    const { printer, containers } = this.options;
    printer.begin('apart', containers);
    printer.lines(text, containers);
  }
}

/** As wide as what stands before each line inside these containers. */
const indentOf = (containers: readonly Container[]): string =>
  containers.map((container) => (container.kind === 'item' ? container.marker : '> ')).join('');
