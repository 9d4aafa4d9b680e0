import { RESET_STYLE, toColumn, up } from './paint.js';
import { graphemes, isPlain, ESCAPE_SEQUENCE, graphemeWidth } from '../../base/text/width.js';

/**
 * The last printed line while it has no newline yet. The prompt is drawn on the row below it, and
 * the next print continues it.
 */
export interface OpenLine {
  /** The complete line, as printed. */
  readonly line: string;
  /** The text in its last row, and the colours that the row began with. */
  readonly row: string;
  readonly style: string;
  readonly column: number;
}

export const NO_OPEN_LINE: OpenLine = { line: '', row: '', style: '', column: 0 };

const TAB_STOP = 8;
const FULL_RESET = /^\x1b\[0*m$/;
const SEQUENCE_OR_TEXT = new RegExp(`${ESCAPE_SEQUENCE.source}|[^\\x1b]+|\\x1b`, 'g');

interface OpenLineWalk {
  row: string;
  /** The colours at the start of the row, and the current ones. */
  style: string;
  current: string;
  column: number;
}

function walkSequence(walk: OpenLineWalk, sequence: string): void {
  walk.row += sequence;
  if (sequence.endsWith('m')) {
    walk.current = FULL_RESET.test(sequence) ? '' : walk.current + sequence;
  }
}

function walkGrapheme(walk: OpenLineWalk, grapheme: string, columns: number): void {
  if (grapheme === '\r') {
    Object.assign(walk, { row: '', style: walk.current, column: 0 });
    return;
  }
  const isTab = grapheme === '\t';
  const width = isTab ? TAB_STOP - (walk.column % TAB_STOP) : graphemeWidth(grapheme);
  if (walk.column + width > columns && !isTab) {
    Object.assign(walk, { row: '', style: walk.current, column: 0 });
  }
  walk.row += grapheme;
  walk.column = Math.min(walk.column + width, isTab ? columns - 1 : columns);
}

/** Plain text is not walked through: only its part in the last row matters. */
function walkPlain(walk: OpenLineWalk, text: string, columns: number): void {
  const free = columns - walk.column;
  if (text.length <= free) {
    walk.row += text;
    walk.column += text.length;
    return;
  }
  const column = ((text.length - free - 1) % columns) + 1;
  Object.assign(walk, { row: text.slice(-column), style: walk.current, column });
}

function walkText(walk: OpenLineWalk, text: string, columns: number): void {
  if (isPlain(text)) walkPlain(walk, text, columns);
  else for (const grapheme of graphemes(text)) walkGrapheme(walk, grapheme, columns);
}

/** The open line after more text is printed. */
export function extendOpenLine(openLine: OpenLine, text: string, columns: number): OpenLine {
  const newline = text.lastIndexOf('\n');
  const from = newline === -1 ? openLine : NO_OPEN_LINE;
  const piece = text.slice(newline + 1);
  if (piece === '') return newline === -1 ? openLine : NO_OPEN_LINE;
  const walk: OpenLineWalk = { ...from, current: styleAtEnd(from) };
  for (const [part] of piece.matchAll(SEQUENCE_OR_TEXT)) {
    if (part.startsWith('\x1b')) walkSequence(walk, part);
    else walkText(walk, part, columns);
  }
  return { line: from.line + piece, row: walk.row, style: walk.style, column: walk.column };
}

function styleAtEnd({ style, row }: OpenLine): string {
  if (!row.includes('\x1b')) return style;
  const inRow = row.match(ESCAPE_SEQUENCE)?.filter((sequence) => sequence.endsWith('m')) ?? [];
  const reset = inRow.findLastIndex((sequence) => FULL_RESET.test(sequence));
  return (reset === -1 ? style : '') + inRow.slice(reset + 1).join('');
}

/** The open line in a window of another width, where the terminal has wrapped it again. */
export const reflowOpenLine = (openLine: OpenLine, columns: number): OpenLine =>
  extendOpenLine(NO_OPEN_LINE, openLine.line, columns);

/**
 * Moves from the row below back to the end of the line. A row with wide characters is written
 * again instead, because terminals disagree on widths; and so is a full row, since no column
 * number leads to the place after its last cell.
 */
export function resumeOpenLine(openLine: OpenLine, columns: number): string {
  if (openLine.line === '') return '';
  const isPlainRow = openLine.style === '' && isPlain(openLine.row);
  if (openLine.column < columns && isPlainRow) return `${up(1)}${toColumn(openLine.column)}`;
  return `${up(1)}\r${openLine.style}${openLine.row}`;
}

/** Moves from the end of the line to the row below it, and resets the colours. */
export function leaveOpenLine(openLine: OpenLine): string {
  if (openLine.line === '') return '';
  return `${openLine.style === '' && !openLine.row.includes('\x1b') ? '' : RESET_STYLE}\r\n`;
}
