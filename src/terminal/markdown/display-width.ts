import { eastAsianWidth } from 'get-east-asian-width';

/** The styling that a theme puts into text. */
const STYLING = /\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\/g;
/** Nearly all that takes one column, so that the rest may be slow. */
const NARROW = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027]*$/;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{M}\p{Cc}\p{Cf}]/u;

let segmenter: Intl.Segmenter | undefined;

/**
 * Columns that a text takes on a terminal. Our own, since string-width takes 25 ms to load, for a
 * pattern of all emoji.
 */
export function displayWidth(text: string): number {
  const visible = text.includes('\x1b') ? text.replace(STYLING, '') : text;
  if (NARROW.test(visible)) return visible.length;
  segmenter ??= new Intl.Segmenter();
  let width = 0;
  for (const { segment } of segmenter.segment(visible)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  if (INVISIBLE.test(grapheme)) return 0;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}
