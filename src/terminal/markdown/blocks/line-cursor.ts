const SPACE = 0x20;
const TAB = 0x09;

/**
 * One line, or the beginning of one that is still arriving, read from the left by columns: a tab reaches
 * to the next multiple of four.
 */
export class LineCursor {
  private offset = 0;
  private column = 0;
  /** Columns left of a tab that was taken in part. */
  private ofTab = 0;
  private trimmed: string | undefined;

  constructor(
    private readonly line: string,
    /** Whether the line is all there; if not, nothing is known of what its end may bring. */
    readonly isWhole: boolean,
  ) {}

  /** Columns of white space ahead. */
  indent(): number {
    let column = this.column + this.ofTab;
    for (let index = this.offset; ; index += 1) {
      const unit = this.line.charCodeAt(index);
      if (unit === SPACE) column += 1;
      else if (unit === TAB) column += 4 - (column % 4);
      else return column - this.column;
    }
  }

  /** Takes white space ahead, up to this many columns. */
  skipIndent(columns: number): void {
    for (let left = columns; left > 0; left -= 1) {
      if (this.ofTab > 0) this.ofTab -= 1;
      else if (!this.startSpace()) return;
      this.column += 1;
    }
  }

  /** Takes characters that are not white space. */
  skip(length: number): void {
    this.offset += length;
    this.column += length;
    this.trimmed = undefined;
  }

  /** All that is left, as it stands. */
  rest(): string {
    return ' '.repeat(this.ofTab) + this.line.slice(this.offset);
  }

  /** The rest, without the white space before it. */
  text(): string {
    return this.line.slice(this.textStart());
  }

  /** The rest, without the white space before it and, once the line is whole, after it. */
  content(): string {
    if (this.trimmed === undefined) {
      const start = this.textStart();
      let end = this.line.length;
      while (this.isWhole && end > start && isSpace(this.line.charCodeAt(end - 1))) end -= 1;
      this.trimmed = this.line.slice(start, end);
    }
    return this.trimmed;
  }

  private textStart(): number {
    let start = this.offset;
    while (isSpace(this.line.charCodeAt(start))) start += 1;
    return start;
  }

  private startSpace(): boolean {
    const unit = this.line.charCodeAt(this.offset);
    if (!isSpace(unit)) return false;
    this.offset += 1;
    if (unit === TAB) this.ofTab = 3 - (this.column % 4);
    return true;
  }
}

const isSpace = (unit: number): boolean => unit === SPACE || unit === TAB;
