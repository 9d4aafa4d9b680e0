/** Characters that control a terminal or reorder text; JSON.stringify does not escape them. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON with the same meaning that is safe on a terminal. */
export function jsonText(value: unknown): string {
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(UNSAFE, escape);
}

/** The same, as a line. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}
