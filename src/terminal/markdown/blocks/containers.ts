import type { Theme } from '../theme.js';
import type { LineCursor } from './line-cursor.js';

export interface Quote {
  kind: 'quote';
}

export interface Item {
  kind: 'item';
  /** What items of one list share. */
  type: string;
  /** The number written in the source, and the one shown. */
  written: number | undefined;
  shown: number | undefined;
  /** Columns that a line must be indented by to belong to it. */
  indent: number;
  marker: string;
  /** The marker is printed with the item's first line. */
  isMarkerPrinted: boolean;
}

/** A block that holds others. */
export type Container = Quote | Item;

/** How many of the open containers a line belongs to; the cursor moves to what is inside them. */
export function matchContainers(containers: readonly Container[], cursor: LineCursor): number {
  let matched = 0;
  for (const container of containers) {
    if (!continues(container, cursor)) break;
    matched += 1;
  }
  return matched;
}

function continues(container: Container, cursor: LineCursor): boolean {
  if (container.kind === 'quote') return skipQuoteMark(cursor);
  if (cursor.content() !== '' && cursor.indent() < container.indent) return false;
  cursor.skipIndent(container.indent);
  return true;
}

export function skipQuoteMark(cursor: LineCursor): boolean {
  if (cursor.indent() > 3 || !cursor.content().startsWith('>')) return false;
  cursor.skipIndent(3);
  cursor.skip(1);
  cursor.skipIndent(1);
  return true;
}

/** What stands before a line inside these containers; markers that were not yet printed are now. */
export function linePrefix(containers: readonly Container[], theme: Theme): string {
  let prefix = '';
  for (const container of containers) {
    if (container.kind === 'quote') prefix += `${theme.quoteMark} `;
    else {
      prefix += container.isMarkerPrinted ? ' '.repeat(container.marker.length) : container.marker;
      container.isMarkerPrinted = true;
    }
  }
  return prefix;
}

export const hasUnprintedMarker = (containers: readonly Container[]): boolean =>
  containers.some((container) => container.kind === 'item' && !container.isMarkerPrinted);
