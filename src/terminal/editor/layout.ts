import {
  graphemes,
  isPlain,
  previousBoundary,
  displayWidth,
  graphemeWidth,
} from '../../base/text/width.js';
import { moveTo, type TextBuffer } from './text-buffer.js';

/** One row of a window: the text between two offsets, after `indent` empty cells. */
export interface Row {
  start: number;
  end: number;
  indent: number;
}

export interface WrapShape {
  columns: number;
  /** Cells left free before each line, for the prompt. */
  indent: number;
}

const TAB_SPACES = '    ';
/** Characters that reverse text or break lines: they would make a draft look like another one. */
const MISLEADING = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A part of a draft, as it is drawn. */
export function drawnText(text: string): string {
  if (isPlain(text)) return text;
  return text.replaceAll('\t', TAB_SPACES).replace(MISLEADING, '\ufffd');
}

const drawnWidth = (grapheme: string): number =>
  grapheme === '\t' ? TAB_SPACES.length : graphemeWidth(drawnText(grapheme));

function wrapPlain(start: number, end: number, { columns, indent }: WrapShape): Row[] {
  const rows: Row[] = [];
  let from = start;
  for (let free = columns - indent; from + free <= end; free = columns) {
    rows.push({ start: from, end: from + free, indent: rows.length === 0 ? indent : 0 });
    from += free;
  }
  rows.push({ start: from, end, indent: rows.length === 0 ? indent : 0 });
  return rows;
}

function wrapWide(line: string, start: number, { columns, indent }: WrapShape): Row[] {
  const rows: Row[] = [];
  let row: Row = { start, end: start, indent };
  let column = indent;
  for (const grapheme of graphemes(line)) {
    const width = drawnWidth(grapheme);
    if (column + width > columns) {
      rows.push(row);
      row = { start: row.end, end: row.end, indent: 0 };
      column = 0;
    }
    row.end += grapheme.length;
    column += width;
  }
  rows.push(row);
  // After a full row, the cursor stands at the start of the next one.
  if (column >= columns) rows.push({ start: row.end, end: row.end, indent: 0 });
  return rows;
}

/** The rows that a text takes. A full row at the end of a line is followed by an empty one. */
export function layOut(text: string, { columns, indent }: WrapShape): Row[] {
  const shape = { columns, indent: Math.min(indent, columns) };
  const rows: Row[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    const wrapped = isPlain(line) ? wrapPlain(start, end, shape) : wrapWide(line, start, shape);
    for (const row of wrapped) rows.push(row);
    start = end + 1;
  }
  return rows;
}

/** The index of the row that contains the cursor. */
export function rowOf(rows: readonly Row[], cursor: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.start ?? 0) <= cursor) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The number of cells to the left of the cursor in its row. */
export function columnOf({ text, cursor }: TextBuffer, row: Row): number {
  return row.indent + displayWidth(drawnText(text.slice(row.start, cursor)));
}

function offsetAt(text: string, row: Row, column: number): number {
  let at = row.indent;
  let offset = row.start;
  for (const grapheme of graphemes(text.slice(row.start, row.end))) {
    at += drawnWidth(grapheme);
    if (at > column) break;
    offset += grapheme.length;
  }
  return offset;
}

/** The cursor one row up or down, as near to `column` as possible; undefined beyond the text. */
export function moveByRow(
  buffer: TextBuffer,
  rows: readonly Row[],
  by: 1 | -1,
  column: number,
): TextBuffer | undefined {
  const index = rowOf(rows, buffer.cursor) + by;
  const row = rows[index];
  if (!row) return undefined;
  const offset = offsetAt(buffer.text, row, column);
  // The end of a wrapped row is also the start of the next row, so the cursor stays before it.
  const isWrapped = rows[index + 1]?.start === row.end && row.end > row.start;
  const last = isWrapped ? previousBoundary(buffer.text, row.end) : row.end;
  return moveTo(buffer, Math.min(offset, last));
}
