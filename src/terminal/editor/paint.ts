import { ESCAPE_SEQUENCE, isPlain, displayWidth } from '../../base/text/width.js';
import type { Area, WindowSize } from './screen.js';
import type { Timers } from './status.js';

const CLEAR_LINE = '\x1b[K';
/**
 * Clears from the start of a row on. From a window's first cell tmux would keep the cleared rows in its
 * history.
 */
export const CLEAR_BELOW = `${CLEAR_LINE}\x1b[C\x1b[J\r`;
export const CLEAR_SCREEN = '\x1b[H\x1b[2J';
export const RESET_STYLE = '\x1b[0m';

export const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '');

/** Moves to the start of a row further down, scrolling at the bottom of the window. */
const down = (rows: number): string => '\r\n'.repeat(Math.max(0, rows));

export const toColumn = (column: number): string => (column > 0 ? `\r\x1b[${column}C` : '\r');

/** Keeps the terminal from wrapping rows that it measures as wider than we do. */
const withoutWrap = (text: string): string => `\x1b[?7l${text}\x1b[?7h`;

/** Whether every terminal agrees on the width of a row; colours take no cells. */
const isCertain = (row: string): boolean =>
  isPlain(row) || (row.includes('\x1b') && isPlain(row.replace(ESCAPE_SEQUENCE, '')));

/**
 * Moves the cursor to its column. After wide characters, the row is written again up to the
 * cursor, so that the terminal's own idea of their widths decides.
 */
const place = ({ before, column }: Area): string =>
  isCertain(before) ? toColumn(column) : `\r${before}`;

const guarded = (area: Area, sequence: string): string =>
  sequence === '' || area.rows.every(isCertain) ? sequence : withoutWrap(sequence);

/** Draws an area, starting on an empty row. */
export function paint(area: Area): string {
  const last = area.rows.length - 1;
  const back = up(last - area.row);
  const isAtEnd = area.row === last && area.before === area.rows[last];
  return guarded(area, area.rows.join('\r\n') + (isAtEnd ? '' : back + place(area)));
}

/** Clears an area and leaves the cursor at its first row. */
export const erase = (area: Area): string => `\r${up(area.row)}${CLEAR_BELOW}`;

const moveRows = (from: number, to: number): string =>
  to < from ? up(from - to) : down(to - from);

const isAppended = (old: Area, next: Area, index: number): boolean =>
  index === old.row &&
  old.before === old.rows[index] &&
  next.rows[index]?.startsWith(old.before) === true;

/** Turns one area into another, rewriting only the rows that differ. */
export function repaint(old: Area, next: Area): string {
  let out = '';
  let at = old.row;
  let end = old.before;
  const rewrite = (index: number, sequence: string): void => {
    out += moveRows(at, index) + sequence;
    at = index;
    end = next.rows[index] ?? '';
  };
  next.rows.forEach((row, index) => {
    if (row === old.rows[index]) return;
    if (out === '' && isAppended(old, next, index)) rewrite(index, row.slice(old.before.length));
    else rewrite(index, `\r${CLEAR_LINE}${row}`);
  });
  if (old.rows.length > next.rows.length) rewrite(next.rows.length, `\r${CLEAR_BELOW}`);
  const isPlaced = at === next.row && end === next.before;
  return guarded(next, isPlaced ? out : out + moveRows(at, next.row) + place(next));
}

/**
 * How a terminal wraps what is on the screen again when its window becomes narrower:
 * - `complete`: every line, and the cursor stays at its character;
 * - `not_cursor_line`: every line but the cursor's;
 * - `xterm.js`: as above, but lines that are added below the cursor move it down too.
 */
export type Reflow = 'complete' | 'not_cursor_line' | 'xterm.js';

/** Asks the terminal which one it is (secondary device attributes). */
const ASK_TERMINAL = '\x1b[>c';

const ANSWER = /^\x1b\[>(\d+;\d+);\d+c$/;
const KNOWN_REFLOWS: Readonly<Record<string, Reflow>> = {
  '0;276': 'xterm.js',
  '84;0': 'complete', // tmux
};

/**
 * The reflow of a terminal, by its answer; undefined for any other text. For unknown terminals, the
 * cursor's line counts as one row: leaving a part of the prompt is better than erasing text.
 */
function reflowOf(answer: string): Reflow | undefined {
  const [, terminal] = ANSWER.exec(answer) ?? [];
  return terminal === undefined ? undefined : (KNOWN_REFLOWS[terminal] ?? 'not_cursor_line');
}

/** How long a question waits for the terminal's answer. */
const ANSWER_TIMEOUT_MS = 150;

/** Asks the terminal once how it wraps its rows again. */
export class ReflowQuestion {
  /** Undefined until the terminal has answered. */
  #reflow: Reflow | undefined;
  #isAsked = false;
  #stopWaiting: () => void = () => undefined;

  constructor(
    private readonly timers: Pick<Timers, 'after'>,
    private readonly write: (text: string) => void,
    /** Called after each `ask`, with the answer or with a guess. */
    private readonly onKnown: (reflow: Reflow) => void,
  ) {}

  ask(): void {
    if (this.#reflow) this.onKnown(this.#reflow);
    else if (!this.#isAsked) {
      this.write(ASK_TERMINAL);
      this.#isAsked = true;
      this.#stopWaiting = this.timers.after(ANSWER_TIMEOUT_MS, () => {
        this.#reflow = 'not_cursor_line';
        this.settle();
      });
    }
  }

  /** Takes what may be the answer. */
  answer(text: string): void {
    const reflow = reflowOf(text);
    if (!reflow) return;
    this.#reflow = reflow;
    this.settle(reflow);
  }

  /** Ends the wait for the answer. */
  settle(reflow: Reflow = 'not_cursor_line'): void {
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#stopWaiting();
    this.onKnown(reflow);
  }

  /** Nothing waits for the answer any more. */
  drop(): void {
    this.#isAsked = false;
  }
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
