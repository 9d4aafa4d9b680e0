import { renderInline } from '../inline/inline.js';
import type { Container } from './containers.js';
import type { Printer } from './printer.js';

/** A paragraph that goes on for longer is printed up to here, so that it shows and memory stays flat. */
const LONGEST_WAIT = 8192;

/** Lines of text until the block ends. Their line breaks are kept: addresses and verses rely on them. */
export class Paragraph {
  readonly kind = 'paragraph';
  private lines: string[] = [];
  private size = 0;
  private isBegun = false;

  constructor(
    private readonly printer: Printer,
    private readonly containers: readonly Container[],
  ) {}

  add(content: string): void {
    this.lines.push(content);
    this.size += content.length;
    if (this.size > LONGEST_WAIT) this.close();
  }

  get lastLine(): string | undefined {
    return this.lines.at(-1);
  }

  /** Takes the last line away: it turned out to be the header of a table. */
  dropLastLine(): void {
    this.lines.pop();
  }

  close(): void {
    if (this.lines.length === 0) return;
    if (!this.isBegun) this.printer.begin('text', this.containers);
    this.isBegun = true;
    this.printer.lines(this.takeText(), this.containers);
  }

  closeAsHeading(level: number): void {
    this.printer.begin('apart', this.containers);
    this.printer.lines(this.printer.theme.heading(this.takeText(), level), this.containers);
  }

  private takeText(): string {
    const text = renderInline(this.lines.join('\n'), this.printer.theme);
    this.lines = [];
    this.size = 0;
    return text;
  }
}
