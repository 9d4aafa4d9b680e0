/** A run of `*`, `_` or `~` that may open or close emphasis. */
export interface Delimiter {
  character: string;
  readonly length: number;
  /** How many characters of the run are still unmatched. */
  left: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
}

export type Span = 'strong' | 'emphasis' | 'deleted';

const SPACE = /\s/;
const PUNCTUATION = /[\p{P}\p{S}]/u;
/** Scripts without spaces between words: their emphasis stands between letters. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

/** CommonMark's rules on left- and right-flanking runs; `before` and `after` are '' at an end. */
export function delimiterOf(run: string, before: string, after: string): Delimiter {
  const opens = isFlanking(after, before);
  const closes = isFlanking(before, after);
  const isUnderscore = run.startsWith('_');
  // One tilde is "about" far more often than it strikes something out.
  const isMark = !run.startsWith('~') || run.length === 2;
  return {
    character: run.charAt(0),
    length: run.length,
    left: run.length,
    canOpen: isMark && opens && (!isUnderscore || !closes || PUNCTUATION.test(before)),
    canClose: isMark && closes && (!isUnderscore || !opens || PUNCTUATION.test(after)),
  };
}

const isSpace = (character: string): boolean => character === '' || SPACE.test(character);

/** Whether a run belongs to the character `inner` rather than to `outer`, on its other side. */
function isFlanking(inner: string, outer: string): boolean {
  if (isSpace(inner)) return false;
  if (!PUNCTUATION.test(inner)) return true;
  return isSpace(outer) || PUNCTUATION.test(outer) || UNSPACED.test(outer);
}

export function isPair(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.character !== closer.character) return false;
  if (closer.character === '~') return true;
  const sum = opener.length + closer.length;
  const isEitherBoth = opener.canClose || closer.canOpen;
  return !isEitherBoth || sum % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0);
}

/** Matches one span's length of both marks. */
export function pair(opener: Delimiter, closer: Delimiter): { span: Span; used: 1 | 2 } {
  const used = opener.left >= 2 && closer.left >= 2 ? 2 : 1;
  opener.left -= used;
  closer.left -= used;
  if (closer.character === '~') return { span: 'deleted', used };
  return { span: used === 2 ? 'strong' : 'emphasis', used };
}
