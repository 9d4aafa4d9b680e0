import { fitted, GAP, type Column, type Shown } from './column-widths.js';
import { displayWidth } from './markdown/display-width.js';

export interface TableOptions {
  columns: readonly Column[];
  /** Of the window. */
  width: () => number;
  styleTitle: (text: string) => string;
}

/**
 * Rows as lines in columns that fit the window.
 * Rows can come in batches: the titles come again when the columns change.
 */
export function openTable(options: TableOptions): (rows: readonly string[][]) => string[] {
  const { columns, width, styleTitle } = options;
  const widest = columns.map(() => 0);
  let shownBefore = '';
  return (rows) => {
    for (const row of rows) {
      for (const [index, cell] of row.entries()) {
        const { title = '' } = columns[index] ?? {};
        const needed = cell === '' ? 0 : Math.max(displayWidth(cell), title.length);
        widest[index] = Math.max(widest[index] ?? 0, needed);
      }
    }
    const shown = fitted(columns, widest, width());
    const lines = rows.map((row) => line(shown, row, columns));
    const layout = JSON.stringify(shown);
    if (rows.length === 0 || layout === shownBefore) return lines;
    shownBefore = layout;
    const titles = columns.map(({ title }) => title);
    return [styleTitle(line(shown, titles, [])), ...lines];
  };
}

function line(shown: readonly Shown[], row: readonly string[], columns: readonly Column[]): string {
  const cells = shown.map(({ index, width }, place) => {
    const text = cutTo(row[index] ?? '', width);
    const isLast = place === shown.length - 1;
    const padding = isLast ? '' : ' '.repeat(Math.max(0, width - displayWidth(text)));
    return (columns[index]?.style?.(text) ?? text) + padding;
  });
  return cells.join(GAP).trimEnd();
}

/** The beginning of a text, in so many columns, with `…` for what is left out. */
function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  let room = width - 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}
