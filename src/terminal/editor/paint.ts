import { ESCAPE_SEQUENCE, isPlain } from '../../text/width.js';
import type { Area } from './view.js';

const CLEAR_LINE = '\x1b[K';
/**
 * Clears from the start of a row on. From a window's first cell tmux would keep the cleared rows in its
 * history.
 */
export const CLEAR_BELOW = `${CLEAR_LINE}\x1b[C\x1b[J\r`;
export const CLEAR_SCREEN = '\x1b[H\x1b[2J';
export const RESET_STYLE = '\x1b[0m';

export const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '');

/** Moves to the start of a row further down, scrolling at the bottom of the window. */
const down = (rows: number): string => '\r\n'.repeat(Math.max(0, rows));

export const toColumn = (column: number): string => (column > 0 ? `\r\x1b[${column}C` : '\r');

/** Keeps the terminal from wrapping rows that it measures as wider than we do. */
const withoutWrap = (text: string): string => `\x1b[?7l${text}\x1b[?7h`;

/** Whether every terminal agrees on the width of a row; colours take no cells. */
const isCertain = (row: string): boolean =>
  isPlain(row) || (row.includes('\x1b') && isPlain(row.replace(ESCAPE_SEQUENCE, '')));

/**
 * Moves the cursor to its column. After wide characters, the row is written again up to the
 * cursor, so that the terminal's own idea of their widths decides.
 */
const place = ({ before, column }: Area): string =>
  isCertain(before) ? toColumn(column) : `\r${before}`;

const guarded = (area: Area, sequence: string): string =>
  sequence === '' || area.rows.every(isCertain) ? sequence : withoutWrap(sequence);

/** Draws an area, starting on an empty row. */
export function paint(area: Area): string {
  const last = area.rows.length - 1;
  const back = up(last - area.row);
  const isAtEnd = area.row === last && area.before === area.rows[last];
  return guarded(area, area.rows.join('\r\n') + (isAtEnd ? '' : back + place(area)));
}

/** Clears an area and leaves the cursor at its first row. */
export const erase = (area: Area): string => `\r${up(area.row)}${CLEAR_BELOW}`;

const moveRows = (from: number, to: number): string =>
  to < from ? up(from - to) : down(to - from);

const isAppended = (old: Area, next: Area, index: number): boolean =>
  index === old.row &&
  old.before === old.rows[index] &&
  next.rows[index]?.startsWith(old.before) === true;

/** Turns one area into another, rewriting only the rows that differ. */
export function repaint(old: Area, next: Area): string {
  let out = '';
  let at = old.row;
  let end = old.before;
  const rewrite = (index: number, sequence: string): void => {
    out += moveRows(at, index) + sequence;
    at = index;
    end = next.rows[index] ?? '';
  };
  next.rows.forEach((row, index) => {
    if (row === old.rows[index]) return;
    if (out === '' && isAppended(old, next, index)) rewrite(index, row.slice(old.before.length));
    else rewrite(index, `\r${CLEAR_LINE}${row}`);
  });
  if (old.rows.length > next.rows.length) rewrite(next.rows.length, `\r${CLEAR_BELOW}`);
  const isPlaced = at === next.row && end === next.before;
  return guarded(next, isPlaced ? out : out + moveRows(at, next.row) + place(next));
}
