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

  get isBegun(): boolean {
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
    return !(this.isAscii && isAscii) && this.isBegun && breaksBefore(text, this.last);
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
