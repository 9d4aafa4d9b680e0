/** How a piece of text looks: a sum of the values below. */
export type Style = number;

export const PLAIN: Style = 0;
export const BOLD: Style = 1;
export const ITALIC: Style = 2;
export const UNDERLINE: Style = 4;
export const STRIKE: Style = 8;
/** The colour of code, and of the bars of quotes. */
export const TINT: Style = 16;
/** Not broken at the end of a line. */
export const UNBROKEN: Style = 32;
/** An address, which a terminal may be able to open. */
const CLICKABLE: Style = 64;

export const CODE: Style = TINT | UNBROKEN;
export const ADDRESS: Style = UNDERLINE | UNBROKEN | CLICKABLE;

/** Takes text piece by piece; a newline in it is a line break of the source. */
export interface TextSink {
  text(text: string, style: Style): void;
}
