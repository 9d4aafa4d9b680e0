import { displayWidth } from '../display-width.js';
import type { Theme } from '../theme.js';
import type { Alignment } from './cells.js';

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
