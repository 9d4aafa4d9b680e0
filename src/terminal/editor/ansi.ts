import { widthOf } from './width.js';

/** A sequence that takes no room: CSI (colours), OSC (links), or ESC and one character. */
export const SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/g;

export const CLEAR_LINE = '\x1b[K';
export const CLEAR_BELOW = '\x1b[J';
export const CLEAR_SCREEN = '\x1b[H\x1b[2J';
export const RESET_STYLE = '\x1b[0m';

export const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '');

/** Down, scrolling at the bottom of the window; at the start of the row. */
export const down = (rows: number): string => '\r\n'.repeat(Math.max(0, rows));

export const toColumn = (column: number): string => (column > 0 ? `\r\x1b[${column}C` : '\r');

/** Rows drawn with it never wrap by themselves, however wide the terminal thinks they are. */
export const withoutWrap = (text: string): string => `\x1b[?7l${text}\x1b[?7h`;

export const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`;

/** How many cells one line of text with colours in it takes. */
export function styledWidth(text: string): number {
  return widthOf(text.includes('\x1b') ? text.replace(SEQUENCE, '') : text);
}
