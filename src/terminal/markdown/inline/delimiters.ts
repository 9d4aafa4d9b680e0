/** A run of `*`, `_` or `~~` that may open or close emphasis. */
export interface Delimiter {
  character: string;
  /** How many characters of the run are still unmatched. */
  left: number;
  readonly length: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
  /** Spans that end here, innermost first. */
  closes: Span[];
  /** Spans that begin here, innermost first. */
  opens: Span[];
}

export type Span = 'strong' | 'emphasis' | 'deleted';

const SPACE = /\s/;
const PUNCTUATION = /[\p{P}\p{S}]/u;
/** Scripts without spaces between words: their emphasis stands between letters. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

/** CommonMark's rules on left- and right-flanking runs. */
export function delimiterAt(text: string, index: number, run: string): Delimiter {
  const before = text.charAt(index - 1) || ' ';
  const after = text.charAt(index + run.length) || ' ';
  const opens = isFlanking(after, before);
  const closes = isFlanking(before, after);
  const isUnderscore = run.startsWith('_');
  // One tilde is "about" far more often than it strikes something out.
  const isMark = !run.startsWith('~') || run.length === 2;
  return {
    character: run.charAt(0),
    left: run.length,
    length: run.length,
    canOpen: isMark && opens && (!isUnderscore || !closes || PUNCTUATION.test(before)),
    canClose: isMark && closes && (!isUnderscore || !opens || PUNCTUATION.test(after)),
    closes: [],
    opens: [],
  };
}

/** Whether a run belongs to the character `inner` rather than to `outer`, on its other side. */
function isFlanking(inner: string, outer: string): boolean {
  if (SPACE.test(inner)) return false;
  if (!PUNCTUATION.test(inner)) return true;
  return SPACE.test(outer) || PUNCTUATION.test(outer) || UNSPACED.test(outer);
}

/** Pairs openers with closers. Linear: no opener is looked at twice for the same kind of closer. */
export function matchDelimiters(delimiters: readonly Delimiter[]): void {
  const openers: { delimiter: Delimiter; order: number }[] = [];
  const fruitless = new Map<string, number>();
  delimiters.forEach((closer, order) => {
    while (closer.canClose && closer.left > 0) {
      const key = `${closer.character}${closer.canOpen ? 1 : 0}${closer.length % 3}`;
      const index = findOpener(openers, closer, fruitless.get(key) ?? -1);
      const opener = openers[index]?.delimiter;
      if (!opener) {
        fruitless.set(key, order);
        break;
      }
      openers.length = index + 1;
      pair(opener, closer);
      if (opener.left === 0) openers.pop();
    }
    if (closer.canOpen && closer.left > 0) openers.push({ delimiter: closer, order });
  });
}

function findOpener(
  openers: readonly { delimiter: Delimiter; order: number }[],
  closer: Delimiter,
  after: number,
): number {
  for (let index = openers.length - 1; index >= 0; index -= 1) {
    const opener = openers[index];
    if (!opener || opener.order < after) return -1;
    if (isPair(opener.delimiter, closer)) return index;
  }
  return -1;
}

function isPair(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.character !== closer.character) return false;
  if (closer.character === '~') return true;
  const sum = opener.length + closer.length;
  const isEitherBoth = opener.canClose || closer.canOpen;
  return !isEitherBoth || sum % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0);
}

function pair(opener: Delimiter, closer: Delimiter): void {
  const isDouble = opener.left >= 2 && closer.left >= 2;
  const span = closer.character === '~' ? 'deleted' : isDouble ? 'strong' : 'emphasis';
  const used = isDouble ? 2 : 1;
  opener.left -= used;
  closer.left -= used;
  opener.opens.push(span);
  closer.closes.push(span);
}
