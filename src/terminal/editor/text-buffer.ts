import { nextBoundary, previousBoundary, snapToBoundary } from '../../base/text/width.js';

/** Text and its cursor, which is always between two graphemes. Never changed in place. */
export interface TextBuffer {
  readonly text: string;
  readonly cursor: number;
}

export const EMPTY_BUFFER: TextBuffer = { text: '', cursor: 0 };

type Edit = (buffer: TextBuffer) => TextBuffer;

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

const lineStart = ({ text, cursor }: TextBuffer): number =>
  cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;

function lineEnd({ text, cursor }: TextBuffer): number {
  const newline = text.indexOf('\n', cursor);
  return newline === -1 ? text.length : newline;
}

const left: Edit = (buffer) => moveTo(buffer, previousBoundary(buffer.text, buffer.cursor));

const right: Edit = (buffer) => moveTo(buffer, nextBoundary(buffer.text, buffer.cursor));

const toLineStart: Edit = (buffer) => moveTo(buffer, lineStart(buffer));

const toLineEnd: Edit = (buffer) => moveTo(buffer, lineEnd(buffer));

const toStart: Edit = (buffer) => moveTo(buffer, 0);

const toEnd: Edit = (buffer) => moveTo(buffer, buffer.text.length);

const backspace: Edit = (buffer) =>
  replace(buffer, previousBoundary(buffer.text, buffer.cursor), buffer.cursor, '');

const deleteForward: Edit = (buffer) =>
  replace(buffer, buffer.cursor, nextBoundary(buffer.text, buffer.cursor), '');

const deleteToLineStart: Edit = (buffer) => replace(buffer, lineStart(buffer), buffer.cursor, '');

/** At the end of a line it deletes the newline, so that pressing it again continues. */
const deleteToLineEnd: Edit = (buffer) => {
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

/** Half of a surrogate pair stands for a folded text: see `Folds`. */
const WORD_CHARACTER = /^[\p{L}\p{N}\p{M}\p{Cs}_]/u;

/** As Ctrl+W counts words in a shell. */
const INK = /^\S/;

/** Goes over graphemes that are not of a kind, and then over those that are; returns where they end. */
function skipWord({ text, cursor }: TextBuffer, kind: RegExp, step: typeof nextBoundary): number {
  let index = cursor;
  for (const isKind of [false, true]) {
    for (;;) {
      const next = step(text, index);
      const grapheme = text.slice(Math.min(index, next), Math.max(index, next));
      if (grapheme === '' || kind.test(grapheme) !== isKind) break;
      index = next;
    }
  }
  return index;
}

const wordStart = (buffer: TextBuffer, kind = WORD_CHARACTER): number =>
  skipWord(buffer, kind, previousBoundary);

const wordEnd = (buffer: TextBuffer): number => skipWord(buffer, WORD_CHARACTER, nextBoundary);

const wordLeft: Edit = (buffer) => moveTo(buffer, wordStart(buffer));

const wordRight: Edit = (buffer) => moveTo(buffer, wordEnd(buffer));

const deleteWordLeft: Edit = (buffer) => replace(buffer, wordStart(buffer), buffer.cursor, '');

const deleteWordRight: Edit = (buffer) => replace(buffer, buffer.cursor, wordEnd(buffer), '');

const deleteToBlank: Edit = (buffer) => replace(buffer, wordStart(buffer, INK), buffer.cursor, '');

type Bindings = Readonly<Record<string, Edit>>;

/** Keys that move the cursor. */
export const MOVES: Bindings = {
  left,
  right,
  home: toLineStart,
  end: toLineEnd,
  'ctrl+b': left,
  'ctrl+f': right,
  'ctrl+a': toLineStart,
  'ctrl+e': toLineEnd,
  'ctrl+home': toStart,
  'ctrl+end': toEnd,
  'alt+<': toStart,
  'alt+>': toEnd,
  'ctrl+left': wordLeft,
  'ctrl+right': wordRight,
  'alt+left': wordLeft,
  'alt+right': wordRight,
  'alt+b': wordLeft,
  'alt+f': wordRight,
};

/** Keys that delete one grapheme. */
export const DELETIONS: Bindings = {
  backspace,
  'shift+backspace': backspace,
  delete: deleteForward,
  'ctrl+d': deleteForward,
};

/** Keys that delete text which Ctrl+Y can insert again. */
export const KILLS: Bindings = {
  'ctrl+u': deleteToLineStart,
  'ctrl+k': deleteToLineEnd,
  'ctrl+w': deleteToBlank,
  'alt+backspace': deleteWordLeft,
  'ctrl+backspace': deleteWordLeft,
  'alt+d': deleteWordRight,
  'alt+delete': deleteWordRight,
  'ctrl+delete': deleteWordRight,
};

/** Keys that insert a newline, on terminals that distinguish them from Enter. */
export const NEWLINE_KEYS: ReadonlySet<string> = new Set([
  'ctrl+j',
  'alt+enter',
  'shift+enter',
  'ctrl+enter',
]);
