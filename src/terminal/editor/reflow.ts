import { displayWidth } from '../../text/width.js';
import type { WindowSize } from './display.js';
import type { Area } from './view.js';

/**
 * How a terminal wraps what is on the screen again when its window becomes narrower:
 * - `complete`: every line, and the cursor stays at its character;
 * - `not_cursor_line`: every line but the cursor's;
 * - `xterm.js`: as above, but lines that are added below the cursor move it down too.
 */
export type Reflow = 'complete' | 'not_cursor_line' | 'xterm.js';

/** Asks the terminal which one it is (secondary device attributes). */
export const ASK_TERMINAL = '\x1b[>c';

const ANSWER = /^\x1b\[>(\d+;\d+);\d+c$/;
const KNOWN_REFLOWS: Readonly<Record<string, Reflow>> = {
  '0;276': 'xterm.js',
  '84;0': 'complete', // tmux
};

/**
 * The reflow of a terminal, by its answer; undefined for any other text. For unknown terminals, the
 * cursor's line counts as one row: leaving a part of the prompt is better than erasing text.
 */
export function reflowOf(answer: string): Reflow | undefined {
  const [, terminal] = ANSWER.exec(answer) ?? [];
  return terminal === undefined ? undefined : (KNOWN_REFLOWS[terminal] ?? 'not_cursor_line');
}

export interface RowsAboveOptions {
  area: Area;
  /** The window when the area was drawn, and after the change. */
  before: WindowSize;
  now: WindowSize;
  reflow: Reflow;
}

/** How many rows above the cursor an area begins after the window has changed. */
export function rowsAbove({ area, before, now, reflow }: RowsAboveOptions): number {
  const added = area.rows.map((row) => Math.max(0, Math.ceil(displayWidth(row) / now.columns) - 1));
  const above = added.slice(0, area.row).reduce((sum, rows) => sum + rows, area.row);
  // A cursor behind the end of a line stays in the line's last row.
  const inRow = Math.min(Math.floor(area.column / now.columns), added[area.row] ?? 0);
  if (reflow === 'complete') return above + inRow;
  if (reflow === 'not_cursor_line') return above;
  // A window that became lower may have lost some of its last rows before.
  const lost = Math.max(0, Math.min(before.rows - now.rows, area.rows.length - area.row - 1));
  const ends = Array.from({ length: lost + 1 }, (_, count) => added.length - count);
  return Math.min(...ends.map((end) => rowsAboveInXterm(added.slice(0, end), area.row)));
}

/** Goes through the rows as xterm.js does: from the last one, moving the cursor with each. */
function rowsAboveInXterm(added: readonly number[], row: number): number {
  let cursor = row;
  for (const [index, rows] of [...added.entries()].toReversed()) {
    if (index !== cursor) cursor += rows;
  }
  return cursor;
}
