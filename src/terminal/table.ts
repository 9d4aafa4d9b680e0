import { COLUMN_GAP, cutWithEllipsis, displayWidth } from '../base/text/width.js';
import { columnWidths } from './column-widths.js';

export interface Column {
  title: string;
  /**
   * In a narrow window, `cut` shortens the cells and `drop` leaves the column out, the last one
   * first. If that is not enough, the ids of the first column are cut, and then the other columns
   * follow.
   */
  gives?: 'cut' | 'drop';
  style?: (text: string) => string;
}

/** Shorter cells than this say nothing. */
const MIN_CELL_WIDTH = 8;
/** Eight characters of an id and an ellipsis: enough to tell ids apart, and Tab completes them. */
const CUT_ID_WIDTH = 9;

/** A column with the width that it gets. */
interface ShownColumn {
  index: number;
  width: number;
}

type ColumnTest = (column: ShownColumn) => boolean;

/** The columns that have something to show, as wide as the room allows. */
function fittedColumns(
  columns: readonly Column[],
  widest: readonly number[],
  room: number,
): ShownColumn[] {
  const gives = ({ index }: ShownColumn): Column['gives'] => columns[index]?.gives;
  const isCut: ColumnTest = (each) => gives(each) === 'cut';
  const all = widest.flatMap((width, index) => (width === 0 ? [] : [{ index, width }]));
  const easily = withFewer(all, (each) => gives(each) === 'drop');
  const rest = easily.at(-1) ?? [];
  const [first] = rest;
  const isOther: ColumnTest = (each) => each.index !== first?.index;
  // A first column that is too wide by itself is cut, to leave the others something.
  const mayBeCut: ColumnTest = (each) => isOther(each) || each.width > room;
  const cutId = (each: ShownColumn): ShownColumn =>
    isOther(each) ? each : { ...each, width: Math.min(each.width, CUT_ID_WIDTH) };
  return (
    firstFit(easily, (shown) => narrowedColumns(shown, room, isCut)) ??
    firstFit(easily, (shown) => narrowedColumns(shown.map(cutId), room, isCut)) ??
    firstFit(withFewer(rest, isOther), (shown) => {
      return (
        narrowedColumns(shown, room, isCut) ??
        narrowedColumns(shortest(shown, isCut), room, mayBeCut)
      );
    }) ??
    rest.slice(0, 1).map(({ index }) => ({ index, width: Math.max(1, room) }))
  );
}

/** All columns, then without the last droppable one, then without the last two, and so on. */
function withFewer(shown: readonly ShownColumn[], mayBeDropped: ColumnTest): ShownColumn[][] {
  const last = shown.findLastIndex(mayBeDropped);
  if (last === -1) return [[...shown]];
  return [[...shown], ...withFewer(shown.toSpliced(last, 1), mayBeDropped)];
}

function firstFit(
  choices: readonly ShownColumn[][],
  fit: (shown: readonly ShownColumn[]) => ShownColumn[] | undefined,
): ShownColumn[] | undefined {
  for (const shown of choices) {
    const fitted = fit(shown);
    if (fitted) return fitted;
  }
  return undefined;
}

function narrowedColumns(
  shown: readonly ShownColumn[],
  room: number,
  mayBeCut: ColumnTest,
): ShownColumn[] | undefined {
  const spaces = shown.map((each) => ({
    natural: each.width,
    minimal: mayBeCut(each) ? MIN_CELL_WIDTH : each.width,
  }));
  const widths = columnWidths(spaces, room);
  return widths && shown.map(({ index }, place) => ({ index, width: widths[place] ?? 0 }));
}

function shortest(shown: readonly ShownColumn[], isCut: ColumnTest): ShownColumn[] {
  return shown.map((each) =>
    isCut(each) ? { ...each, width: Math.min(each.width, MIN_CELL_WIDTH) } : each,
  );
}

export interface OpenTableOptions {
  columns: readonly Column[];
  /** The window's width, in cells. */
  width: () => number;
  styleTitle: (text: string) => string;
}

/**
 * Formats rows as lines in columns that fit the window. Rows can arrive in batches: the titles are
 * repeated when the columns change.
 */
export function openTable(options: OpenTableOptions): (rows: readonly string[][]) => string[] {
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
    const shown = fittedColumns(columns, widest, width());
    const lines = rows.map((row) => tableLine(shown, row, columns));
    const layout = JSON.stringify(shown);
    if (rows.length === 0 || layout === shownBefore) return lines;
    shownBefore = layout;
    const titles = columns.map(({ title }) => title);
    return [styleTitle(tableLine(shown, titles, [])), ...lines];
  };
}

function tableLine(
  shown: readonly ShownColumn[],
  row: readonly string[],
  columns: readonly Column[],
): string {
  const cells = shown.map(({ index, width }, place) => {
    const text = cutWithEllipsis(row[index] ?? '', width);
    const isLast = place === shown.length - 1;
    const padding = isLast ? '' : ' '.repeat(Math.max(0, width - displayWidth(text)));
    return (columns[index]?.style?.(text) ?? text) + padding;
  });
  return cells.join(COLUMN_GAP).trimEnd();
}
