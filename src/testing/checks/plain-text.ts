const SINGLE_QUOTES = /[‘’‚‛′‹›]/g;
const DOUBLE_QUOTES = /[“”„‟″«»]/g;
const DASHES = /[\u2010-\u2015\u2212]/g;
/** Full-width forms of ASCII. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const FULL_WIDTH_OFFSET = 0xfee0;
/** Soft hyphen, zero-width space, word joiner, byte order mark. */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/g;

/**
 * A text by what counts when texts are compared: not case, typographic quotes and dashes, full width, line
 * ends and runs of blanks, nor characters that nobody sees.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replace(SINGLE_QUOTES, "'")
    .replace(DOUBLE_QUOTES, '"')
    .replace(DASHES, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ');
}

/** Scripts that put no blank between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;

/** The words of a text: what stands between blanks, without the punctuation around it. */
export function wordsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .flatMap((token) => (UNSPACED.test(token) ? segmented(token) : [token.replace(EDGES, '')]))
    .filter((word) => word !== '');
}

function segmented(token: string): string[] {
  const segments = new Intl.Segmenter('en', { granularity: 'word' }).segment(token);
  return Array.from(segments).flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}

/** The share of the words of a reference that a text has, each counted as often as it occurs. */
export function sharedWords(reference: string, text: string): number {
  const expected = countsOf(wordsOf(plainText(reference)));
  const actual = countsOf(wordsOf(plainText(text)));
  let [shared, all] = [0, 0];
  for (const [word, count] of expected) {
    all += count;
    shared += Math.min(count, actual.get(word) ?? 0);
  }
  return all === 0 ? 0 : shared / all;
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Most characters of a text that a reason shows. */
const MAX_EXCERPT = 120;

/** A text in quotes on one line: its beginning, or what is around `index`. */
export function excerpt(text: string, index = 0): string {
  const start = Math.max(0, index - MAX_EXCERPT / 2);
  const characters = Array.from(text.slice(start).replace(/\s+/g, ' ').trim());
  const isCut = characters.length > MAX_EXCERPT;
  const shown = characters.slice(0, MAX_EXCERPT).join('').trimEnd();
  return `"${start > 0 ? '…' : ''}${shown}${isCut ? '…' : ''}"`;
}
