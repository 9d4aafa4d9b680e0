import { cutToWidth, displayWidth } from '../text/width.js';

export interface Column {
  title: string;
  /**
   * In a narrow window: `cut` makes the cells shorter, `drop` leaves the column out, the last one
   * first. When that is not enough, the others are cut and left out in the same way, and at last
   * the first column is cut.
   */
  gives?: 'cut' | 'drop';
  style?: (text: string) => string;
}

/** Between two columns. */
export const GAP = '  ';
/** Shorter names than this say nothing. */
const SHORTEST = 8;

/** A column with the width that it gets. */
export interface Shown {
  index: number;
  width: number;
}

/** The columns that have something to show, as wide as the room allows; `widest` is what each would take. */
export function fitted(
  columns: readonly Column[],
  widest: readonly number[],
  room: number,
): Shown[] {
  const all = widest.flatMap((width, index) => (width === 0 ? [] : [{ index, width }]));
  const gives = ({ index }: Shown) => columns[index]?.gives;
  const easily = without(all, room, {
    canCut: (each) => gives(each) === 'cut',
    canDrop: (each) => gives(each) === 'drop',
  });
  const isOther = (each: Shown): boolean => each !== easily[0];
  // Where it cannot be whole anyway, it is cut to leave the others something.
  const mayCut = (each: Shown): boolean => isOther(each) || each.width > room;
  const shown = without(easily, room, {
    canCut: mayCut,
    canDrop: isOther,
  });
  cut(
    shown.filter((each) => gives(each) === 'cut'),
    over(shown, room),
  );
  cut(shown.filter(mayCut), over(shown, room));
  const [first] = shown;
  if (first && shown.length === 1) first.width = Math.min(first.width, Math.max(1, room));
  return shown;
}

function over(shown: readonly Shown[], room: number): number {
  return shown.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) - room;
}

/** What is left when columns are dropped until cutting is enough. */
function without(
  shown: readonly Shown[],
  room: number,
  { canCut, canDrop }: { canCut: (each: Shown) => boolean; canDrop: (each: Shown) => boolean },
): Shown[] {
  const left = [...shown];
  const spare = (): number => left.filter(canCut).reduce((sum, each) => sum + spareOf(each), 0);
  while (over(left, room) > spare()) {
    const last = left.findLastIndex(canDrop);
    if (last === -1) break;
    left.splice(last, 1);
  }
  return left;
}

function spareOf({ width }: Shown): number {
  return Math.max(0, width - SHORTEST);
}

/** Takes so much off the widths, the first ones first. */
function cut(shown: readonly Shown[], excess: number): void {
  let left = Math.max(0, excess);
  for (const each of shown) {
    const taken = Math.min(spareOf(each), left);
    each.width -= taken;
    left -= taken;
  }
}

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
  return `${cutToWidth(text, width - 1).trimEnd()}…`;
}
