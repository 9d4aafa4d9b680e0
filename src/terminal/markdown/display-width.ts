import stringWidth from 'string-width';

/** The styling that a theme puts into text. */
const STYLING = /\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\/g;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  const visible = text.includes('\x1b') ? text.replace(STYLING, '') : text;
  return /^[ -~]*$/.test(visible) ? visible.length : stringWidth(visible);
}
