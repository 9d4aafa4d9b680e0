/** White space and `#` that go on for longer are text, even at the end of a heading. */
const MAX_CLOSING = 1024;
const CLOSING = /(?<=^|[ \t])#+[ \t]*$/;

/** Passes a heading's text on as it comes, without the marks that may close it: `# Title #`. */
export class HeadingText {
  private isBegun = false;
  /** The end of the text so far, if it may be nothing but marks. */
  private tail = '';
  private isTooLong = false;

  constructor(private readonly write: (text: string) => void) {}

  add(text: string): void {
    const certain = marksStart(text);
    if (certain > 0) {
      this.print(this.tail + text.slice(0, certain));
      this.tail = '';
      this.isTooLong = false;
    }
    this.tail += text.slice(certain);
    this.isTooLong ||= this.tail.length > MAX_CLOSING;
    if (this.isTooLong) this.release();
  }

  end(): void {
    // Marks that touch the text before them belong to it.
    const before = this.isBegun ? '#' : ' ';
    this.tail = (before + this.tail).replace(CLOSING, '').slice(1);
    this.release();
  }

  private release(): void {
    this.print(this.tail);
    this.tail = '';
  }

  private print(text: string): void {
    const shown = this.isBegun ? text : text.trimStart();
    if (shown === '') return;
    this.isBegun = true;
    this.write(shown);
  }
}

/** Where the white space and `#` at the end of a text begin. */
function marksStart(text: string): number {
  let start = text.length;
  while (start > 0 && '# \t'.includes(text.charAt(start - 1))) start -= 1;
  return start;
}
