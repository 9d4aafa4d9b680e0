import { COLUMN_GAP, displayWidth } from '../../../base/text/width.js';
import { evenWidths } from '../../column-widths.js';
import { InlineParser } from '../inline/inline-parser.js';
import type { Style, Theme } from '../theme.js';
import { LineWriter } from '../wrap/line-writer.js';
import type { Alignment } from '../blocks/syntax.js';

interface CellLine {
  text: string;
  width: number;
}

export interface Cell {
  /** Its text, as Markdown, and the look of all of it. */
  source: string;
  base: Style;
  /** The whole cell on one line. */
  line: CellLine;
}

const EMPTY: CellLine = { text: '', width: 0 };

/** Renders cells, each by itself. */
export class CellRenderer {
  private width: number | undefined;
  private readonly writer: LineWriter;
  private readonly inline: InlineParser;

  constructor(theme: Theme) {
    this.writer = new LineWriter(theme, () => this.width);
    this.inline = new InlineParser(this.writer, !theme.isColored);
  }

  cell(source: string, base: Style): Cell {
    const [line = EMPTY] = this.lines({ source, base });
    return { source, base, line };
  }

  /** A cell in lines of at most `width` columns; longer words stay whole. */
  lines({ source, base }: Pick<Cell, 'source' | 'base'>, width?: number): CellLine[] {
    this.width = width;
    this.inline.render(source, base);
    this.writer.endLine();
    const lines = this.writer.take().split('\n').slice(0, -1);
    return lines.map((text) => ({ text, width: displayWidth(text) }));
  }
}

/** The columns of a table, as wide as the room allows. */
export class TableLayout {
  constructor(
    readonly widths: readonly number[],
    /** Whether columns are narrower than their widest cells. */
    readonly isNarrowed: boolean,
    private readonly renderer: CellRenderer,
    private readonly alignments: readonly Alignment[],
  ) {}

  /** A row's lines: each cell wrapped in its column, beside the others. Undefined if a word is too long. */
  lines(row: readonly Cell[]): string[] | undefined {
    const { widths, renderer, alignments } = this;
    const cells = row.map((cell, column) =>
      cell.line.width <= (widths[column] ?? 0) ? [cell.line] : renderer.lines(cell, widths[column]),
    );
    const isTooWide = cells.some((lines, column) =>
      lines.some(({ width }) => width > (widths[column] ?? 0)),
    );
    if (isTooWide) return undefined;
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, column) => pad(lines[line] ?? EMPTY, widths[column] ?? 0, alignments[column]))
        .join(COLUMN_GAP)
        .trimEnd(),
    );
  }
}

/**
 * Columns that fit into `room`. Where they have to be narrower than their cells, the widest ones are first,
 * but none gets narrower than its longest word; undefined if that is not enough.
 */
export function layOut(
  rows: readonly (readonly Cell[])[],
  room: number,
  { renderer, alignments }: { renderer: CellRenderer; alignments: readonly Alignment[] },
): TableLayout | undefined {
  const natural = widest(rows, ({ line }) => line.width);
  const free = room - COLUMN_GAP.length * (natural.length - 1);
  const sum = natural.reduce((total, width) => total + width, 0);
  if (sum <= free) return new TableLayout(natural, false, renderer, alignments);
  const words = widest(rows, (cell) => longestWord(cell, renderer));
  const columns = natural.map((width, column) => ({ natural: width, minimal: words[column] ?? 0 }));
  const widths = evenWidths(columns, room);
  return widths && new TableLayout(widths, true, renderer, alignments);
}

/** The largest width in each column. */
function widest(rows: readonly (readonly Cell[])[], widthOf: (cell: Cell) => number): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return widths;
}

const longestWord = (cell: Cell, renderer: CellRenderer): number =>
  Math.max(0, ...renderer.lines(cell, 1).map(({ width }) => width));

function pad({ text, width }: CellLine, columns: number, alignment: Alignment = 'left'): string {
  const space = Math.max(0, columns - width);
  const left = { left: 0, center: space >> 1, right: space }[alignment];
  return ' '.repeat(left) + text + ' '.repeat(space - left);
}
