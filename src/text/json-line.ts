/** Characters that a terminal might obey or show in another order; JSON.stringify leaves them as they are. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON that means the same and is safe on a terminal. */
export function jsonText(value: unknown): string {
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(UNSAFE, escape);
}

/** The same as a line. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}
