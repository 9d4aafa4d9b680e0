import { displayWidth } from './width.js';

/** Scripts that are written without spaces, whose lines may break between most characters (UAX #14). */
const IDEOGRAPHS = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Bopomofo}\\p{sc=Yi}';
/** The punctuation of these scripts, and other characters in forms as wide as theirs. */
const WIDE_FORMS = '\\u3000-\\u303f\\u30fb\\u30fc\\uff01-\\uff60\\uffe0-\\uffe6';
const IDEOGRAPHIC = new RegExp(`[${IDEOGRAPHS}${WIDE_FORMS}]`, 'u');

/** Closing punctuation, small kana, marks of repetition and length, units, and what joins characters. */
const NEVER_FIRST = new RegExp(
  '^(?:[\\p{Pe}\\p{Pf}\\p{M}\\p{Cf}!%,.:;?~"\'/\\\\\\u00a0·—…‥‧～〜ー々〻ゝゞヽヾ゛゜・、。！％，．：；？｡､･ﾞﾟ°′″℃￠' +
    'ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿ]|\\p{Emoji_Modifier})',
  'u',
);
/** Opening punctuation, signs of currency, and what joins characters. */
const NEVER_LAST = /[\p{Ps}\p{Pi}\p{Sc}"'#@＃＠/\\\u00a0\u200d]$/u;

/** Whether a line may break before `after`, with `before` ahead of it; neither begins or ends in space. */
export function breaksBefore(after: string, before: string): boolean {
  // Nearly all of a Chinese text, decided without a search for properties.
  if (isHan(after.charCodeAt(0)) && isHan(before.charCodeAt(before.length - 1))) return true;
  const next = String.fromCodePoint(after.codePointAt(0) ?? 0);
  if (!IDEOGRAPHIC.test(next) && !IDEOGRAPHIC.test(lastCharacter(before))) return false;
  return !NEVER_FIRST.test(next) && !NEVER_LAST.test(before);
}

/** The indexes in a text without white space at which a line may break. */
export function breakPoints(text: string): number[] {
  if (!IDEOGRAPHIC.test(text)) return [];
  const points: number[] = [];
  let before = '';
  let index = 0;
  for (const character of text) {
    if (before !== '' && breaksBefore(character, before)) points.push(index);
    before = character;
    index += character.length;
  }
  return points;
}

const isHan = (unit: number): boolean => unit >= 0x4e00 && unit <= 0x9fff;

function lastCharacter(text: string): string {
  const isPair = (text.codePointAt(text.length - 2) ?? 0) > 0xffff;
  return text.slice(isPair ? -2 : -1);
}

/** A label before a line's text: `hint: `, or a column of its own, `conversation  `. */
const LABEL = /^ *(?:[A-Za-z]+: |\S+(?: \S+)? {2,})(?=\S)/;
const SPACES = /( +)/;
const NARROW_INDENT = 4;

/** A word, and the white space before it: none between two ideographs. */
interface Piece {
  gap: string;
  word: string;
}

/**
 * Puts a line break before each word that would cross the edge of a window. The lines that follow begin
 * under the text of the first one, behind its label; `hang` gives their indent where a label can't tell.
 */
export function wrapText(text: string, columns: number, hang?: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns, hang))
    .join('\n');
}

function wrapLine(line: string, columns: number, hang = hangOf(line)): string {
  if (displayWidth(line) <= columns) return line;
  // An indent that takes more than half of the window leaves too little room.
  const indent = ' '.repeat(hang <= columns / 2 ? hang : Math.min(NARROW_INDENT, columns >> 3));
  const isWide = (spaces: string): boolean => spaces.length > columns / 2;
  const narrowed = line.replace(/^ +/, (spaces) => (isWide(spaces) ? indent : spaces));
  let wrapped = '';
  let column = 0;
  for (const { gap, word } of piecesOf(narrowed)) {
    const width = displayWidth(word);
    const end = column + gap.length + width;
    // The terminal breaks a word that fits no line, where it stands.
    const isFitting = end <= columns || indent.length + width > columns;
    if (isFitting || wrapped === '') {
      wrapped += gap + word;
      column = end > columns ? end % columns || columns : end;
    } else {
      wrapped += `\n${indent}${word}`;
      column = indent.length + width;
    }
  }
  return wrapped;
}

function hangOf(line: string): number {
  return displayWidth(LABEL.exec(line)?.[0] ?? /^ */.exec(line)?.[0] ?? '');
}

function* piecesOf(line: string): Generator<Piece> {
  let gap = '';
  for (const part of line.trimEnd().split(SPACES)) {
    if (part.startsWith(' ')) gap = part;
    else if (part !== '') {
      let from = 0;
      for (const to of [...breakPoints(part), part.length]) {
        yield { gap, word: part.slice(from, to) };
        [gap, from] = ['', to];
      }
    }
  }
}
