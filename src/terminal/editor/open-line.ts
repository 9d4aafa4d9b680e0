import { graphemes, isPlain, ESCAPE_SEQUENCE, graphemeWidth } from '../../base/text/width.js';
import { RESET_STYLE, toColumn, up } from './paint.js';

const TAB_STOP = 8;
const FULL_RESET = /^\x1b\[0*m$/;
const SEQUENCE_OR_TEXT = new RegExp(`${ESCAPE_SEQUENCE.source}|[^\\x1b]+|\\x1b`, 'g');

/**
 * The last printed line while it has no newline yet. The prompt is drawn on the row below it, and
 * the next print continues it.
 */
export class OpenLine {
  readonly #columns: () => number;
  #text = '';
  /** The text in its last row, and the colours that the row began with. */
  #row = '';
  #rowStyle = '';
  /** The colours at its end. */
  #style = '';
  #column = 0;

  constructor(columns: () => number) {
    this.#columns = columns;
  }

  /** The complete line, as printed. */
  get text(): string {
    return this.#text;
  }

  /** Continues the line with a text that is printed. */
  add(text: string): void {
    const newline = text.lastIndexOf('\n');
    if (newline !== -1) this.clear();
    const piece = text.slice(newline + 1);
    this.#text += piece;
    for (const [part] of piece.matchAll(SEQUENCE_OR_TEXT)) {
      if (part.startsWith('\x1b')) this.#addSequence(part);
      else if (isPlain(part)) this.#addPlain(part);
      else for (const grapheme of graphemes(part)) this.#addGrapheme(grapheme);
    }
  }

  clear(): void {
    this.#text = '';
    this.#style = '';
    this.#beginRow('', 0);
  }

  /** Follows a window of another width, where the terminal has wrapped the line again. */
  reflow(): void {
    const text = this.#text;
    this.clear();
    this.add(text);
  }

  /**
   * Moves from the row below back to the end of the line. A row with wide characters is written
   * again instead, because terminals disagree on widths; and so is a full row, since no column
   * number leads to the place after its last cell.
   */
  resume(): string {
    if (this.#text === '') return '';
    const isPlainRow = this.#rowStyle === '' && isPlain(this.#row);
    if (this.#column < this.#columns() && isPlainRow) return `${up(1)}${toColumn(this.#column)}`;
    return `${up(1)}\r${this.#rowStyle}${this.#row}`;
  }

  /** Moves from the end of the line to the row below it, and resets the colours. */
  leave(): string {
    if (this.#text === '') return '';
    return `${this.#rowStyle === '' && !this.#row.includes('\x1b') ? '' : RESET_STYLE}\r\n`;
  }

  #beginRow(text: string, column: number): void {
    this.#row = text;
    this.#rowStyle = this.#style;
    this.#column = column;
  }

  #addSequence(sequence: string): void {
    this.#row += sequence;
    if (sequence.endsWith('m')) {
      this.#style = FULL_RESET.test(sequence) ? '' : this.#style + sequence;
    }
  }

  /** Of plain text, only its part in the last row matters. */
  #addPlain(text: string): void {
    const free = this.#columns() - this.#column;
    if (text.length > free) {
      const column = ((text.length - free - 1) % this.#columns()) + 1;
      this.#beginRow(text.slice(-column), column);
    } else {
      this.#row += text;
      this.#column += text.length;
    }
  }

  #addGrapheme(grapheme: string): void {
    if (grapheme === '\r') {
      this.#beginRow('', 0);
      return;
    }
    const columns = this.#columns();
    const isTab = grapheme === '\t';
    const width = isTab ? TAB_STOP - (this.#column % TAB_STOP) : graphemeWidth(grapheme);
    if (this.#column + width > columns && !isTab) this.#beginRow('', 0);
    this.#row += grapheme;
    this.#column = Math.min(this.#column + width, isTab ? columns - 1 : columns);
  }
}
