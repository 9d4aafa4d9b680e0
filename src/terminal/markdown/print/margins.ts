import type { Container } from '../blocks/containers.js';
import { displayWidth } from '../../../base/text/width.js';
import type { Theme } from '../theme.js';
import { type Margin, NO_MARGIN } from '../wrap/line-writer.js';

/** The marks before lines inside quotes and items. The marker of an item is printed once. */
export class Margins {
  private readonly printed = new WeakSet<Container>();

  constructor(private readonly theme: Theme) {}

  of(containers: readonly Container[]): Margin {
    if (containers.length === 0) return NO_MARGIN;
    let width = 0;
    for (const container of containers) width += displayWidth(this.markOf(container));
    let later: string | undefined;
    const next = (): string => {
      if (later !== undefined) return later;
      const isFirst = this.hasMarker(containers);
      const line = this.line(containers);
      if (!isFirst) later = line;
      return line;
    };
    return { width, next };
  }

  /** Whether the marker of one of these items still waits for a line to stand before. */
  hasMarker(containers: readonly Container[]): boolean {
    return containers.some(
      (container) => container.kind === 'item' && !this.printed.has(container),
    );
  }

  private markOf(container: Container): string {
    if (container.kind === 'quote') return `${this.theme.quoteMark} `;
    const { shown, type, isChecked } = container;
    const number = shown === undefined ? '' : `${shown}${type} `;
    if (isChecked !== undefined) return `${number}${this.theme.checkbox(isChecked)} `;
    return number || `${this.theme.bullet} `;
  }

  private line(containers: readonly Container[]): string {
    let line = '';
    for (const container of containers) {
      const mark = this.markOf(container);
      const isPrinted = container.kind === 'item' && this.printed.has(container);
      line += isPrinted ? ' '.repeat(displayWidth(mark)) : mark;
      this.printed.add(container);
    }
    return line;
  }
}
