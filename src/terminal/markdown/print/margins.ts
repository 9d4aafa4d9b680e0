import type { Container } from '../blocks/containers.js';
import { displayWidth } from '../display-width.js';
import type { Theme } from '../theme.js';
import { type Margin, NO_MARGIN } from '../wrap/line-writer.js';

/** What stands before the lines inside quotes and items. The marker of an item is printed once. */
export class Margins {
  private readonly printed = new WeakSet<Container>();

  constructor(private readonly theme: Theme) {}

  of(containers: readonly Container[]): Margin {
    if (containers.length === 0) return NO_MARGIN;
    const marks = containers.map((container) => ({ container, mark: this.markOf(container) }));
    const width = displayWidth(marks.map(({ mark }) => mark).join(''));
    let later: string | undefined;
    const next = (): string => {
      if (later !== undefined) return later;
      const first = marks.map(({ container, mark }) => this.shown(container, mark)).join('');
      later = marks.map(({ container, mark }) => this.shown(container, mark)).join('');
      return first;
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

  private shown(container: Container, mark: string): string {
    if (container.kind === 'quote' || !this.printed.has(container)) {
      this.printed.add(container);
      return mark;
    }
    return ' '.repeat(displayWidth(mark));
  }
}
