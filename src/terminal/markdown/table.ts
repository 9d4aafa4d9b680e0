import type { Container } from './blocks/containers.js';
import type { Printer } from './blocks/printer.js';
import { displayWidth } from '../../text/width.js';
import { renderInline } from './inline/inline.js';
import type { Theme } from './theme.js';

export type Alignment = 'left' | 'center' | 'right';

/** The cells of a table's row; `\|` is a bar inside a cell. */
export function splitCells(content: string): string[] {
  const bars = content.includes('\\|') ? /(?<!\\)\|/ : '|';
  const cells = content.split(bars).map((cell) => cell.replaceAll('\\|', '|').trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}

/** What the line under a header says of each column; undefined if it is no such line. */
export function alignments(content: string): Alignment[] | undefined {
  if (!content.includes('|') || !/^[|:\- \t]+$/.test(content)) return undefined;
  const cells = splitCells(content);
  const isRow = cells.length > 0 && cells.every((cell) => /^:?-+:?$/.test(cell));
  return isRow ? cells.map(alignment) : undefined;
}

function alignment(cell: string): Alignment {
  if (!cell.endsWith(':')) return 'left';
  return cell.startsWith(':') ? 'center' : 'right';
}

/** A table whose cells are styled already. */
export interface Cells {
  header: readonly string[];
  alignments: readonly Alignment[];
  rows: readonly (readonly string[])[];
}

const GAP = '  ';

/** The table in columns, or undefined if it is wider than `room` or meant to be read aloud. */
export function alignedTable(cells: Cells, room: number, theme: Theme): string | undefined {
  const { tableRule } = theme;
  if (tableRule === undefined) return undefined;
  const lines = [cells.header, ...cells.rows];
  const measured = lines.map((line) => line.map((cell) => ({ cell, width: displayWidth(cell) })));
  const widths: number[] = [];
  for (const line of measured) {
    line.forEach(({ width }, column) => (widths[column] = Math.max(widths[column] ?? 0, width)));
  }
  const total = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  if (total > room) return undefined;
  const [header = '', ...rows] = measured.map((line) =>
    line
      .map(({ cell, width }, column) =>
        pad(cell, (widths[column] ?? 0) - width, cells.alignments[column]),
      )
      .join(GAP)
      .trimEnd(),
  );
  return [header, widths.map((width) => tableRule.repeat(width)).join(GAP), ...rows].join('\n');
}

function pad(cell: string, space: number, alignment: Alignment = 'left'): string {
  const left = { left: 0, center: space >> 1, right: space }[alignment];
  return ' '.repeat(left) + cell + ' '.repeat(space - left);
}

/** A row as one line a cell, each with its column's name. */
export function record(header: readonly string[], row: readonly string[]): string {
  const lines = row.map((cell, column) => {
    const name = header[column];
    return name ? `${name}: ${cell}`.trimEnd() : cell;
  });
  return lines.filter((line) => line !== '').join('\n');
}

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
