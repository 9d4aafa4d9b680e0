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

/** A link's target that is longer, in characters, is text; so is one with a longer title. */
const MAX_TARGET = 2048;
const MAX_TITLE = 240;
const MAX_PARENTHESES = 32;

export interface LinkTarget {
  /** Length in the source, with the parentheses. */
  length: number;
  url: string;
  title: string | undefined;
}

const TITLE = /(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\((?:\\[^]|[^()\\])*\))/y;
const BRACKETED_URL = /<((?:\\[^\n]|[^<>\\\n])*)>/y;
const BROKEN_URL = /<(?:\\[^\n]|[^<>\\\n])*[<\n]/y;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;

/**
 * `(url "title")` after the text of a link. Null: there is none; undefined: that is not known before more
 * of the source is there.
 */
export function linkTarget(
  source: string,
  index: number,
  isWhole: boolean,
): LinkTarget | null | undefined {
  const end = Math.min(source.length, index + MAX_TARGET);
  const isKnown = isWhole || end < source.length;
  if (index >= source.length) return isWhole ? null : undefined;
  if (source.charAt(index) !== '(') return null;
  if (!isKnown && !source.includes(')', index)) return undefined;
  const text = source.slice(index, end);
  const target = parseTarget(text);
  return target ?? (isKnown || target === null ? null : undefined);
}

/** Undefined where more text could make a target of it. */
function parseTarget(text: string): LinkTarget | null | undefined {
  const start = skipSpace(text, 1);
  const url = text.charAt(start) === '<' ? bracketedUrl(text, start) : bareUrl(text, start);
  if (!url) return url;
  const afterUrl = start + url.length;
  const titleStart = skipSpace(text, afterUrl);
  const quote = text.charAt(titleStart);
  if (quote === ')') return { length: titleStart + 1, url: url.text, title: undefined };
  if (quote === '') return undefined;
  if (titleStart === afterUrl || !'"\'('.includes(quote)) return null;
  const title = matchAt(TITLE, text, titleStart);
  const titleLength = title?.length ?? text.length - titleStart;
  if (titleLength > MAX_TITLE) return null;
  if (title === undefined) return undefined;
  const close = skipSpace(text, titleStart + title.length);
  if (close === text.length) return undefined;
  return text.charAt(close) === ')' ? { length: close + 1, url: url.text, title } : null;
}

interface Url {
  length: number;
  text: string;
}

function bracketedUrl(text: string, start: number): Url | null | undefined {
  const match = matchAt(BRACKETED_URL, text, start);
  if (match) return { length: match.length, text: unescaped(match.slice(1, -1)) };
  return matchAt(BROKEN_URL, text, start) ? null : undefined;
}

/** An address up to white space or to the parenthesis that closes the target. */
function bareUrl(text: string, start: number): Url | null | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && ESCAPABLE.test(text.charAt(at + 1))) at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    const isEnd = depth < 0 || character === ' ' || character === '\n' || character === '\t';
    if (depth > MAX_PARENTHESES || (isEnd && depth > 0)) return null;
    if (isEnd) return { length: at - start, text: unescaped(text.slice(start, at)) };
  }
  return undefined;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (' \n\t'.includes(text.charAt(at)) && at < text.length) at += 1;
  return at;
}

function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

const unescaped = (url: string): string => url.replace(ESCAPED, '$1');

/** An address in running text, without the punctuation of the sentence around it. */
export function trimUrl(candidate: string): string {
  let end = candidate.length;
  let unopened = count(candidate, ')') - count(candidate, '(');
  while (end > 0) {
    const last = candidate.charAt(end - 1);
    if (last === ')' && unopened > 0) unopened -= 1;
    else if (!'?!.,:;*_~\'"'.includes(last)) break;
    end -= 1;
  }
  return candidate.slice(0, end);
}

const count = (text: string, character: string): number => text.split(character).length - 1;
