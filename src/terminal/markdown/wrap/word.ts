import { displayWidth } from '../../../base/text/width.js';
import { PLAIN, type Style, type Painter } from '../theme.js';
import { breaksBefore } from '../../../base/text/wrap.js';

/** Most words of Chinese and Japanese: each character takes two columns. */
const WIDE = /^[\u3001-\u301f\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\uff01-\uff60]+$/;

const ASCII = /^[ -~]*$/;

/** A word as it comes. */
export class Word {
  /** The part that is not printed yet. */
  text = '';
  /** The style of the text from `styledFrom` on; the pieces before it have others. */
  private style = PLAIN;
  private styledFrom = 0;
  private pieces: { text: string; style: Style }[] = [];
  /** The last piece. */
  private last = '';
  /** Whether all of it is ASCII, however it was cut. */
  isAscii = true;

  get hasStarted(): boolean {
    return this.last !== '';
  }

  get width(): number {
    if (this.isAscii) return this.text.length;
    return WIDE.test(this.text) ? 2 * this.text.length : displayWidth(this.text);
  }

  add(text: string, style: Style, isAscii: boolean): void {
    if (style !== this.style) {
      const before = this.text.slice(this.styledFrom);
      if (before !== '') this.pieces.push({ text: before, style: this.style });
      this.style = style;
      this.styledFrom = this.text.length;
    }
    this.text += text;
    this.skip(text, isAscii);
  }

  /** Text of the word that is printed already. */
  skip(text: string, isAscii: boolean): void {
    this.last = text;
    this.isAscii &&= isAscii || ASCII.test(text);
  }

  /** Whether a line may break between the word so far and this text. */
  endsBefore(text: string, isAscii: boolean): boolean {
    return !(this.isAscii && isAscii) && this.hasStarted && breaksBefore(text, this.last);
  }

  /** Prints what there is so far; what follows may still belong to the same word. */
  print(painter: Painter): void {
    for (const piece of this.pieces) painter.put(piece.text, piece.style);
    painter.put(this.text.slice(this.styledFrom), this.style);
    if (this.pieces.length > 0) this.pieces = [];
    this.text = '';
    this.styledFrom = 0;
  }

  /** The next piece begins another word. */
  end(): void {
    this.last = '';
    this.isAscii = true;
  }
}

/** White space that is longer fills the widest window. */
const MAX_GAP = 1024;
const TAB_STOP = 8;

/** The white space before a word, which is printed with it unless the line breaks there. */
export class Gap {
  private text = '';
  private style = PLAIN;

  add(space: string, style: Style): void {
    if (this.text === '') this.style = style;
    if (this.text.length < MAX_GAP) this.text += space;
  }

  clear(): void {
    this.text = '';
  }

  /** The column after it, when it begins in this one. */
  end(column: number): number {
    if (!this.text.includes('\t')) return column + this.text.length;
    let end = column;
    for (const space of this.text) end += space === '\t' ? TAB_STOP - (end % TAB_STOP) : 1;
    return end;
  }

  /** Prints it, but never beyond the column `max`; returns the column after it. */
  print(painter: Painter, column: number, max: number): number {
    const end = this.end(column);
    const isCut = end > max;
    const printed = isCut ? ' '.repeat(Math.max(0, max - column)) : this.text;
    if (this.text !== '') painter.put(printed, this.style);
    return isCut ? Math.max(column, max) : end;
  }
}
