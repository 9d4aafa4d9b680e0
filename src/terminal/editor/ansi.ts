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
