import type { Theme } from '../theme.js';
import type { Container, Item } from './containers.js';
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
