import { PLAIN, type Style, type TextSink, UNBROKEN, type Theme, Painter } from '../theme.js';
import { breakPoints } from '../../../base/text/wrap.js';
import { Gap, Word } from './word.js';

/** Stands before each line: the marks of the quotes and items around a block. */
export interface Margin {
  width: number;
  /** For the next line; the first one may have an item's marker, the others its indent. */
  next(): string;
}

export const NO_MARGIN: Margin = { width: 0, next: () => '' };

/** A longer word is printed as it comes, even if nothing of it can be seen. */
const MAX_WORD = 4096;
/** Shorter words are not measured before they are whole. */
const MIN_MEASURED = 64;
const WHITE_SPACE = /[ \t\n]/g;
const ASCII = /^[ -~]*$/;

function spaceAfter(text: string, from: number): number {
  WHITE_SPACE.lastIndex = from;
  return WHITE_SPACE.exec(text)?.index ?? -1;
}

/**
 * Puts text into lines, word by word. A word is printed once it is whole: it ends at white space, or
 * where a line may break between ideographs. A word that is wider than a line gets a line of its own,
 * where it is printed as it comes and broken by the terminal.
 */
export class LineWriter implements TextSink {
  private readonly painter: Painter;
  private margin = NO_MARGIN;
  /** The column of the next character, and the width of the line. */
  private column = 0;
  private edge = 0;
  private isOpen = false;
  private hasWord = false;
  private readonly gap = new Gap();
  private readonly word = new Word();
  private isOverlong = false;
  /** The length at which the word is measured; it grows, so that the work is linear. */
  private nextMeasure = MIN_MEASURED;

  constructor(
    theme: Theme,
    /** Columns of a line, asked at the start of each; undefined leaves all breaks to the terminal. */
    private readonly width: () => number | undefined,
  ) {
    this.painter = new Painter(theme);
  }

  take(): string {
    return this.painter.take();
  }

  /** Sets the margin of the lines that begin from now on. */
  setMargin(margin: Margin): void {
    this.margin = margin;
  }

  text(text: string, style: Style): void {
    const isAscii = ASCII.test(text);
    if (style & UNBROKEN) this.addPiece(text, style, isAscii);
    else this.addWords(text, style, isAscii);
  }

  /** Text that is printed as it is and at once: never broken, never held back. */
  verbatim(text: string, style: Style): void {
    if (text === '') return;
    if (!this.isOpen) this.openLine();
    this.painter.put(text, style);
  }

  newLine(): void {
    this.finishWord(PLAIN);
    if (!this.isOpen) this.painter.put(this.margin.next().trimEnd(), PLAIN);
    this.painter.newLine();
    this.isOpen = false;
    this.hasWord = false;
    this.gap.clear();
  }

  /** Ends the line, if there is one. */
  endLine(): void {
    this.finishWord(PLAIN);
    if (this.isOpen) this.newLine();
    this.gap.clear();
  }

  /** Adds words that white space separates. */
  private addWords(text: string, style: Style, isAscii: boolean): void {
    let from = 0;
    while (from < text.length) {
      if (isAscii && this.hasWord && !this.word.hasStarted)
        from = this.printWords(text, from, style);
      const at = isAscii ? text.indexOf(' ', from) : spaceAfter(text, from);
      const to = at < 0 ? text.length : at;
      if (to > from && isAscii) this.addPiece(text.slice(from, to), style, true);
      else if (to > from) this.addUnspaced(text.slice(from, to), style);
      const space = text.charAt(to);
      if (space === '\n') this.newLine();
      else if (space !== '') this.addSpace(space, style);
      from = to + 1;
    }
  }

  /** Prints as many whole words as the line has room for, in one go; returns where they end. */
  private printWords(text: string, from: number, style: Style): number {
    const start = this.gap.end(this.column);
    let to = text.lastIndexOf(' ', from + this.edge - start);
    while (to > from && text.charAt(to - 1) === ' ') to -= 1;
    if (to <= from) return from;
    this.column = this.gap.print(this.painter, this.column, Infinity);
    this.painter.put(text.slice(from, to), style);
    this.column += to - from;
    this.gap.clear();
    return to;
  }

  /** Text without white space, each part of it a word that a line may break before. */
  private addUnspaced(text: string, style: Style): void {
    let from = 0;
    for (const to of [...breakPoints(text), text.length]) {
      this.addPiece(text.slice(from, to), style, false);
      from = to;
    }
  }

  private addSpace(space: string, style: Style): void {
    this.finishWord(style);
    this.gap.add(space, style);
  }

  /** More of the word, or the beginning of one that needs no space before it. */
  private addPiece(text: string, style: Style, isAscii: boolean): void {
    const { word } = this;
    if (word.endsBefore(text, isAscii)) this.finishWord(style);
    if (this.isOverlong) {
      word.skip(text, isAscii);
      this.painter.put(text, style);
      this.advance(text.length, Infinity);
      return;
    }
    word.add(text, style, isAscii);
    if (word.text.length >= this.nextMeasure) this.measure();
  }

  /** A word that fits no line need not be whole to be printed. */
  private measure(): void {
    const { word } = this;
    const columns = (this.width() ?? Infinity) - this.margin.width;
    this.isOverlong = word.text.length > MAX_WORD || word.width > columns;
    this.nextMeasure = word.text.length * 1.25;
    if (this.isOverlong) this.printWord();
  }

  /** `style` is the style of the text that follows. */
  private finishWord(style: Style): void {
    const { word } = this;
    if (!word.hasStarted) return;
    if (word.text !== '') this.printWord();
    this.painter.narrow(style);
    word.end();
    this.isOverlong = false;
    this.nextMeasure = MIN_MEASURED;
  }

  private printWord(): void {
    const { word, painter } = this;
    const width = word.text.length > MAX_WORD ? Infinity : word.width;
    if (!this.isOpen) this.openLine();
    const isFitting = this.gap.end(this.column) + width <= this.edge;
    if (isFitting || !this.hasWord) {
      // White space at a line's start must not push the word after it over the edge.
      this.column = this.gap.print(painter, this.column, this.edge - width);
    } else {
      painter.newLine();
      this.openLine();
    }
    this.advance(word.text.length, width);
    word.print(painter);
    this.hasWord = true;
    this.gap.clear();
  }

  /**
   * The terminal breaks a word that fits no line, and what follows goes on behind its end. Where that is
   * with wide characters is not sure, so that the line then counts as full.
   */
  private advance(length: number, width = length): void {
    const end = this.column + (this.word.isAscii ? length : width);
    if (end <= this.edge) this.column = end;
    else this.column = (this.word.isAscii && end % this.edge) || this.edge;
  }

  private openLine(): void {
    this.edge = this.width() ?? Infinity;
    this.painter.put(this.margin.next(), PLAIN);
    this.column = this.margin.width;
    this.isOpen = true;
    this.hasWord = false;
  }
}
