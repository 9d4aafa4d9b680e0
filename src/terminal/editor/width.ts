import { eastAsianWidth } from 'get-east-asian-width';
import { graphemes, isPlain } from './graphemes.js';

const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const LONE_FLAG_LETTER = /^\p{Regional_Indicator}$/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\u2028\u2029]$/u;

function codePointWidth(character: string): number {
  if (INVISIBLE.test(character)) return 0;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

/** How many cells one grapheme takes: an emoji joined of several is as wide as one. */
export function graphemeWidth(grapheme: string): number {
  if (isPlain(grapheme)) return grapheme.length;
  if (LONE_FLAG_LETTER.test(grapheme)) return 1;
  if (EMOJI.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) width += codePointWidth(character);
  return width;
}

/** How many cells text without newlines and escape sequences takes. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme);
  return width;
}
