import type { Theme } from '../theme.js';
import { type Container, hasUnprintedMarker, linePrefix } from './containers.js';

/** Blocks that stand apart from the text around them; `text` keeps the distance it has in the source. */
export type Spacing = 'text' | 'apart';

/** Collects what is printed, with the empty lines between blocks and the marks before each line. */
export class Printer {
  private out = '';
  private isBlankDue = false;
  private last: { spacing: Spacing; containers: readonly Container[] } | undefined;
  private isMidLine = false;

  constructor(readonly theme: Theme) {}

  take(): string {
    const { out } = this;
    this.out = '';
    return out;
  }

  /** The source has an empty line here. */
  noteBlank(): void {
    this.isBlankDue = true;
  }

  /** Starts a block. */
  begin(spacing: Spacing, containers: readonly Container[]): void {
    this.endLine();
    const { last } = this;
    const isApart = spacing === 'apart' || last?.spacing === 'apart';
    if (last && (this.isBlankDue || isApart))
      this.out += this.separator(last.containers, containers);
    this.isBlankDue = false;
    this.last = { spacing, containers: [...containers] };
  }

  /** Lines of text inside their containers. */
  lines(text: string, containers: readonly Container[]): void {
    this.text(text, containers);
    this.out += '\n';
  }

  /** The same, with the last line left open for `append`. */
  text(text: string, containers: readonly Container[]): void {
    this.endLine();
    const first = linePrefix(containers, this.theme);
    this.out += first;
    if (first === '' || !text.includes('\n')) this.out += text;
    else this.out += text.replaceAll('\n', `\n${linePrefix(containers, this.theme)}`);
  }

  /** A line of code: nothing is put before it, so that it can be copied as it is. */
  verbatim(line: string): void {
    this.endLine();
    this.out += `${line}\n`;
  }

  /** The marker of an item whose first block can't stand beside it. */
  markerLine(containers: readonly Container[]): void {
    if (!hasUnprintedMarker(containers)) return;
    this.endLine();
    this.out += `${linePrefix(containers, this.theme).trimEnd()}\n`;
  }

  /** More of a line that was too long to wait for. */
  append(text: string): void {
    this.out += text;
    this.isMidLine = true;
  }

  endLine(): void {
    if (this.isMidLine) this.out += '\n';
    this.isMidLine = false;
  }

  /** An empty line; inside a quote it keeps the quote's mark. */
  private separator(last: readonly Container[], next: readonly Container[]): string {
    const shared = next.filter((container, index) => last[index] === container);
    if (!shared.some(({ kind }) => kind === 'quote')) return '\n';
    return `${linePrefix(shared, this.theme).trimEnd()}\n`;
  }
}
