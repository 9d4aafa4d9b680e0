import { displayWidth } from './markdown/display-width.js';

export interface Column {
  title: string;
  /** In a narrow window: `cut` makes the cells shorter, `drop` leaves the column out, the last one first. */
  gives?: 'cut' | 'drop';
  style?: (text: string) => string;
}

export interface TableOptions {
  columns: readonly Column[];
  /** Of the window. */
  width: () => number;
  styleTitle: (text: string) => string;
}

const GAP = '  ';
/** Shorter names than this say nothing. */
const SHORTEST = 8;

interface Shown {
  index: number;
  width: number;
}

/**
 * Rows as lines in columns that fit the window; what may not be cut may make a line longer than it.
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

/** The columns that have something to show, and how wide they are. */
function fitted(columns: readonly Column[], widest: readonly number[], room: number): Shown[] {
  let shown = widest.flatMap((width, index) => (width === 0 ? [] : [{ index, width }]));
  const over = (): number =>
    shown.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) - room;
  const canGive = ({ index, width }: Shown): number =>
    columns[index]?.gives === 'cut' ? Math.max(0, width - SHORTEST) : 0;
  while (over() > shown.reduce((sum, each) => sum + canGive(each), 0)) {
    const last = shown.findLast(({ index }) => columns[index]?.gives === 'drop');
    if (!last) break;
    shown = shown.filter((each) => each !== last);
  }
  for (const each of shown) {
    each.width -= Math.max(0, Math.min(canGive(each), over()));
  }
  return shown;
}

function line(shown: readonly Shown[], row: readonly string[], columns: readonly Column[]): string {
  const cells = shown.map(({ index, width }, place) => {
    const cell = row[index] ?? '';
    const text = columns[index]?.gives === 'cut' ? cutTo(cell, width) : cell;
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
