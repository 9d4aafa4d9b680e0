import { CLEAR_BELOW, CLEAR_LINE, down, toColumn, up, withoutWrap } from './ansi.js';
import { isPlain } from '../../text/graphemes.js';
import type { Area } from './view.js';

/**
 * The cursor's place in its row. Left of wide characters the row is written again up to there:
 * the terminal's own idea of their widths then decides.
 */
const place = ({ before, column }: Area): string =>
  isPlain(before) ? toColumn(column) : `\r${before}`;

const guarded = (area: Area, sequence: string): string =>
  sequence === '' || area.rows.every(isPlain) ? sequence : withoutWrap(sequence);

/** Draws an area from the start of an empty row on. */
export function paint(area: Area): string {
  const last = area.rows.length - 1;
  const back = up(last - area.row);
  const isAtEnd = area.row === last && area.before === area.rows[last];
  return guarded(area, area.rows.join('\r\n') + (isAtEnd ? '' : back + place(area)));
}

/** From the cursor of an area to its first row, with everything cleared. */
export const erase = (area: Area): string => `\r${up(area.row)}${CLEAR_BELOW}`;

const moveRows = (from: number, to: number): string =>
  to < from ? up(from - to) : down(to - from);

const isAppended = (old: Area, next: Area, index: number): boolean =>
  index === old.row &&
  old.before === old.rows[index] &&
  next.rows[index]?.startsWith(old.before) === true;

/** Changes one area into another, rewriting only the rows that differ. */
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
