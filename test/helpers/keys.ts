/** Keys as terminals send them. */
export const CTRL = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 0x1f);
export const ENTER = '\r';
export const TAB = '\t';
export const UP = '\x1b[A';
export const DOWN = '\x1b[B';
export const LEFT = '\x1b[D';
export const PASTE = '\x1b[200~';
export const PASTE_END = '\x1b[201~';

export const pasted = (text: string): string => PASTE + text + PASTE_END;
