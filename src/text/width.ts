import { eastAsianWidth } from 'get-east-asian-width';
import { graphemes, isPlain } from './graphemes.js';

/** A sequence that takes no cells: CSI (colours), OSC (links), or ESC and one character. */
export const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/g;

/** Characters that take one cell on every terminal: most text is measured without any table. */
const NARROW = /^[ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027]*$/;

/** Marks that share the cell of the character before them, and characters that are not drawn. */
const ZERO_WIDTH = /^(?!\u00ad)[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\u2028\u2029\u302e\u302f]$/u;

const PICTURE = '\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]*';
const EMOJI_SEQUENCES = [
  '\\p{Regional_Indicator}{2}',
  `${PICTURE}(?:\\u200d${PICTURE})+`,
  '\\p{Extended_Pictographic}\\p{Emoji_Modifier}',
  '\\p{Emoji}\\ufe0f',
];
const EMOJI_SEQUENCE = new RegExp(EMOJI_SEQUENCES.join('|'), 'gu');

/** Two cells, as every emoji that is made of several characters. */
const ONE_EMOJI = '\u{1f600}';

function characterWidth(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

/**
 * How many cells one grapheme takes. Emoji sequences count as one emoji. In all other scripts the
 * characters count one by one, because terminals give vowel signs and conjuncts their own cells.
 */
export function graphemeWidth(grapheme: string): number {
  if (NARROW.test(grapheme)) return grapheme.length;
  let width = 0;
  for (const character of grapheme.replace(EMOJI_SEQUENCE, ONE_EMOJI)) {
    width += characterWidth(character);
  }
  return width;
}

/** How many cells one line of text takes; escape sequences in it take none. */
export function displayWidth(line: string): number {
  return graphemeWidth(line.includes('\x1b') ? line.replace(ESCAPE_SEQUENCE, '') : line);
}

/** As many whole graphemes from the start of a text without escape sequences as fit. */
export function cutToWidth(text: string, columns: number): string {
  if (isPlain(text)) return text.slice(0, Math.max(0, columns));
  let cut = '';
  let width = 0;
  for (const grapheme of graphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > columns) break;
    cut += grapheme;
  }
  return cut;
}
