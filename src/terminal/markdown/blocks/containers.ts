import type { LineCursor } from './line-cursor.js';
import { type ListMarker, taskState } from './syntax.js';

export interface Quote {
  kind: 'quote';
}

export interface Item {
  kind: 'item';
  /** The bullet, or the delimiter after the number: the same for all items of one list. */
  type: string;
  /** The number in the source, and the one to show; undefined for a bullet. */
  written: number | undefined;
  shown: number | undefined;
  /** For an item of a task list. */
  isChecked: boolean | undefined;
  /** Columns that a line must be indented by to belong to it. */
  indent: number;
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

/** Takes a list marker off the line and makes an item of it. `before` is the item before it. */
export function takeItem(
  cursor: LineCursor,
  marker: ListMarker,
  before: Container | undefined,
): Item {
  const outer = cursor.indent();
  cursor.skipIndent(outer);
  cursor.skip(marker.length);
  const inner = innerIndent(cursor);
  cursor.skipIndent(inner);
  const isChecked = taskState(cursor.content());
  if (isChecked !== undefined) cursor.skip('[x]'.length);
  return {
    kind: 'item',
    type: marker.type,
    written: marker.number,
    shown: shownNumber(marker, before),
    isChecked,
    indent: outer + marker.length + inner,
  };
}

/** More than four columns after a marker begin indented code inside the item. */
function innerIndent(cursor: LineCursor): number {
  const indent = cursor.indent();
  return indent > 4 || cursor.content() === '' ? 1 : indent;
}

/**
 * The number in the source, since a reply may count down or leave one out. A list that repeats its
 * number leaves the counting to the renderer, so there it is the next one.
 */
function shownNumber(marker: ListMarker, before: Container | undefined): number | undefined {
  if (marker.number === undefined || before?.kind !== 'item') return marker.number;
  const isRepeated = before.type === marker.type && before.written === marker.number;
  return isRepeated && before.shown !== undefined ? before.shown + 1 : marker.number;
}
