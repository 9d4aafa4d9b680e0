import { nextBoundary, previousBoundary, snapToBoundary } from '../../text/width.js';

/** Text and its cursor, which is always between two graphemes. Never changed in place. */
export interface TextBuffer {
  readonly text: string;
  readonly cursor: number;
}

export const EMPTY_BUFFER: TextBuffer = { text: '', cursor: 0 };

export type Edit = (buffer: TextBuffer) => TextBuffer;

export const bufferOf = (text: string): TextBuffer => ({ text, cursor: text.length });

export function moveTo({ text }: TextBuffer, cursor: number): TextBuffer {
  return { text, cursor: snapToBoundary(text, cursor) };
}

/** Replaces the text between two offsets; the cursor goes after the replacement. */
export function replace(
  { text }: TextBuffer,
  from: number,
  to: number,
  replacement: string,
): TextBuffer {
  const changed = text.slice(0, from) + replacement + text.slice(to);
  return { text: changed, cursor: snapToBoundary(changed, from + replacement.length) };
}

export const insert = (buffer: TextBuffer, text: string): TextBuffer =>
  replace(buffer, buffer.cursor, buffer.cursor, text);

export const lineStart = ({ text, cursor }: TextBuffer): number =>
  cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;

export function lineEnd({ text, cursor }: TextBuffer): number {
  const newline = text.indexOf('\n', cursor);
  return newline === -1 ? text.length : newline;
}

export const left: Edit = (buffer) => moveTo(buffer, previousBoundary(buffer.text, buffer.cursor));

export const right: Edit = (buffer) => moveTo(buffer, nextBoundary(buffer.text, buffer.cursor));

export const toLineStart: Edit = (buffer) => moveTo(buffer, lineStart(buffer));

export const toLineEnd: Edit = (buffer) => moveTo(buffer, lineEnd(buffer));

export const toStart: Edit = (buffer) => moveTo(buffer, 0);

export const toEnd: Edit = (buffer) => moveTo(buffer, buffer.text.length);

export const backspace: Edit = (buffer) =>
  replace(buffer, previousBoundary(buffer.text, buffer.cursor), buffer.cursor, '');

export const deleteForward: Edit = (buffer) =>
  replace(buffer, buffer.cursor, nextBoundary(buffer.text, buffer.cursor), '');

export const deleteToLineStart: Edit = (buffer) =>
  replace(buffer, lineStart(buffer), buffer.cursor, '');

/** At the end of a line it deletes the newline, so that pressing it again continues. */
export const deleteToLineEnd: Edit = (buffer) => {
  const end = lineEnd(buffer);
  return end === buffer.cursor ? deleteForward(buffer) : replace(buffer, buffer.cursor, end, '');
};

/** Every kind of newline becomes \n. */
function unifyNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return '␡';
  // An eight-bit control is shown in its seven-bit form: ESC and a letter.
  if (code >= 0x80) return `␛${String.fromCharCode(code - 0x40)}`;
  return String.fromCharCode(0x2400 + code);
}

/**
 * Makes typed or pasted text safe for a draft: tabs stay, and every other control character
 * becomes its Unicode picture, so that the draft shows exactly the text that will be sent.
 * Halves of surrogate pairs are replaced, because the draft uses them as marks.
 */
export function toDraftText(text: string): string {
  return unifyNewlines(text)
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, picture)
    .replace(/\p{Cs}/gu, '\ufffd');
}
