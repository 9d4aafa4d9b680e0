import { RESET_STYLE, toColumn, up } from './ansi.js';
import { graphemes, isPlain } from '../../text/graphemes.js';
import { ESCAPE_SEQUENCE, graphemeWidth } from '../../text/width.js';

/**
 * The unfinished line at the end of what was printed. The prompt is drawn on the row below it,
 * and the next print goes on where it ended.
 */
export interface OpenLine {
  /** All of the line, as printed. */
  readonly line: string;
  /** What stands in its last row, and the colours that row began with. */
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
  /** Colours at the start of the row, and now. */
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

/** Plain text needs no walk: only what lands in its last row matters. */
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

/** The tail after more text was printed. */
export function extendOpenLine(tail: OpenLine, text: string, columns: number): OpenLine {
  const newline = text.lastIndexOf('\n');
  const from = newline === -1 ? tail : NO_OPEN_LINE;
  const piece = text.slice(newline + 1);
  if (piece === '') return newline === -1 ? tail : NO_OPEN_LINE;
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

/** The tail in a window of another width, after the terminal has wrapped its line anew. */
export const reflowOpenLine = (tail: OpenLine, columns: number): OpenLine =>
  extendOpenLine(NO_OPEN_LINE, tail.line, columns);

/**
 * From the start of the row below the tail to where its text ended. A row with wide characters is
 * written again rather than counted: terminals disagree on widths, and each knows its own. So is
 * a full row, whose cursor stands where no column number leads.
 */
export function resumeOpenLine(tail: OpenLine, columns: number): string {
  if (tail.line === '') return '';
  const isPlainRow = tail.style === '' && isPlain(tail.row);
  if (tail.column < columns && isPlainRow) return `${up(1)}${toColumn(tail.column)}`;
  return `${up(1)}\r${tail.style}${tail.row}`;
}

/** From where the text ended to the start of the row below it, with the colours closed. */
export function leaveOpenLine(tail: OpenLine): string {
  if (tail.line === '') return '';
  return `${tail.style === '' && !tail.row.includes('\x1b') ? '' : RESET_STYLE}\r\n`;
}
