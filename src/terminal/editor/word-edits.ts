import { nextBoundary, previousBoundary } from '../../text/width.js';
import { moveTo, replace, type Edit, type TextBuffer } from './text-buffer.js';

/** Half of a surrogate pair stands for a folded text: see `Folds`. */
const WORD_CHARACTER = /^[\p{L}\p{N}\p{M}\p{Cs}_]/u;

type GraphemeTest = (grapheme: string) => boolean;

const isInWord: GraphemeTest = (grapheme) => WORD_CHARACTER.test(grapheme);
const isBetweenWords: GraphemeTest = (grapheme) => !WORD_CHARACTER.test(grapheme);
const isBlankGrapheme: GraphemeTest = (grapheme) => /^\s/.test(grapheme);
const isInkGrapheme: GraphemeTest = (grapheme) => !isBlankGrapheme(grapheme);

function skipBack(text: string, from: number, test: GraphemeTest): number {
  let index = from;
  while (index > 0) {
    const before = previousBoundary(text, index);
    if (!test(text.slice(before, index))) break;
    index = before;
  }
  return index;
}

function skipForward(text: string, from: number, test: GraphemeTest): number {
  let index = from;
  while (index < text.length) {
    const after = nextBoundary(text, index);
    if (!test(text.slice(index, after))) break;
    index = after;
  }
  return index;
}

const wordStart = ({ text, cursor }: TextBuffer): number =>
  skipBack(text, skipBack(text, cursor, isBetweenWords), isInWord);

const wordEnd = ({ text, cursor }: TextBuffer): number =>
  skipForward(text, skipForward(text, cursor, isBetweenWords), isInWord);

export const wordLeft: Edit = (buffer) => moveTo(buffer, wordStart(buffer));

export const wordRight: Edit = (buffer) => moveTo(buffer, wordEnd(buffer));

export const deleteWordLeft: Edit = (buffer) =>
  replace(buffer, wordStart(buffer), buffer.cursor, '');

export const deleteWordRight: Edit = (buffer) =>
  replace(buffer, buffer.cursor, wordEnd(buffer), '');

/** Deletes back to the last blank, as Ctrl+W does in a shell. */
export const deleteToBlank: Edit = (buffer) => {
  const { text, cursor } = buffer;
  return replace(
    buffer,
    skipBack(text, skipBack(text, cursor, isBlankGrapheme), isInkGrapheme),
    cursor,
    '',
  );
};
