import type { Theme } from '../theme.js';
import type { LineCursor } from './line-cursor.js';
import { type ListMarker, taskState } from './syntax.js';

/** Takes a list marker off the line and makes an item of it. `before` stood in the same place. */
export function takeItem(
  cursor: LineCursor,
  marker: ListMarker,
  before: Container | undefined,
  theme: Theme,
): Item {
  const outer = cursor.indent();
  cursor.skipIndent(outer);
  cursor.skip(marker.length);
  const inner = innerIndent(cursor);
  cursor.skipIndent(inner);
  const shown = shownNumber(marker, before);
  return {
    kind: 'item',
    type: marker.type,
    written: marker.number,
    shown,
    indent: outer + marker.length + inner,
    marker: printedMarker(cursor, shown === undefined ? '' : `${shown}${marker.type} `, theme),
    isMarkerPrinted: false,
  };
}

/** More than four columns after a marker begin indented code inside the item. */
function innerIndent(cursor: LineCursor): number {
  const indent = cursor.indent();
  return indent > 4 || cursor.content() === '' ? 1 : indent;
}

/**
 * The number in the source, since a reply may count down or leave one out; but in a list that repeats
 * its number, as many are written to be counted by the renderer, the next one.
 */
function shownNumber(marker: ListMarker, before: Container | undefined): number | undefined {
  if (marker.number === undefined || before?.kind !== 'item') return marker.number;
  const isRepeated = before.type === marker.type && before.written === marker.number;
  return isRepeated && before.shown !== undefined ? before.shown + 1 : marker.number;
}

function printedMarker(cursor: LineCursor, number: string, theme: Theme): string {
  const isChecked = taskState(cursor.content());
  if (isChecked === undefined) return number || `${theme.bullet} `;
  cursor.skip('[x]'.length);
  return `${number}${theme.checkbox(isChecked)} `;
}

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
