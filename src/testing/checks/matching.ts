// How texts are compared: as plain text, by their words, by a regular expression.
import { withinTime } from '../../base/within-time.js';
import { LineFault, fillPattern, withPlaceholders, type Variables } from '../chat-file/syntax.js';
import { impossible, type Finding, type Pattern } from './check.js';

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
  const start = wordsStart(text, Math.max(0, index - MAX_EXCERPT / 2));
  const rest = text.slice(start).replace(/\s+/g, ' ').trim();
  return `"${start > 0 ? '…' : ''}${cutBetweenWords(rest, MAX_EXCERPT)}"`;
}

/**
 * The beginning of a line, and `…` where something is left out. A word and a number in groups stay whole:
 * half of a key or of a card's number would not be masked.
 */
export function cutBetweenWords(line: string, max: number): string {
  const begin = Array.from(line).slice(0, max).join('');
  if (begin.length === line.length) return line;
  const [rest = ''] = /^\S{0,200}(?: \S{0,40}\d\S{0,40}){0,8}/.exec(line.slice(begin.length)) ?? [];
  const shown = begin + rest;
  return shown.length === line.length ? line : `${shown.trimEnd()}…`;
}

/** The start of the word or number at `index`. */
function wordsStart(text: string, index: number): number {
  const before = text.slice(Math.max(0, index - 200), index);
  return index - (/(?:\S*\d\S* )*\S*$/.exec(before)?.[0].length ?? 0);
}

const WRITTEN = /^\/([^]+)\/([A-Za-z]*)$/;
const FLAGS = /^[imsu]*$/;
/** Bound on matching, in milliseconds: some patterns backtrack without end. */
const MAX_MATCH_MS = 500;

/** Whether a text is written as a pattern, such as `/late/i`. */
export function isPattern(text: string): boolean {
  const flags = WRITTEN.exec(text)?.[2];
  return flags !== undefined && FLAGS.test(flags);
}

/** Reads `/source/flags`. Throws a LineFault when it is no regular expression. */
export function readPattern(text: string): Pattern {
  const [, source, flags = ''] = WRITTEN.exec(text) ?? [];
  if (source === undefined) {
    throw new LineFault('the regular expression has no end', 'end it with /, as in /late/i');
  }
  const flagsAt = text.length - flags.length;
  if (!FLAGS.test(flags) || new Set(flags).size < flags.length) {
    throw new LineFault(`bad flags ${flags}`, 'flags are i, m, s and u, each once', flagsAt);
  }
  const problem = problemOf({ source: withPlaceholders(source), flags });
  if (problem === undefined) return { source, flags };
  throw new LineFault(`bad regular expression: ${problem}`, 'write it as in JavaScript');
}

function problemOf({ source, flags }: Pattern): string | undefined {
  try {
    new RegExp(source, flags);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return message.replace(/^Invalid regular expression: /, '') || 'it cannot be compiled';
  }
}

/** Thrown when it cannot be told whether a text matches; its message is the reason. */
export class Undecided extends Error {}

/** The finding, also when it cannot be told. */
export function decided(judge: () => Finding): Finding {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Undecided) return impossible(error.message);
    throw error;
  }
}

export interface Match {
  text: string;
  /** The first group of the pattern. */
  group?: string | undefined;
  index: number;
}

/** The first match of a pattern. Throws Undecided when that takes too long. */
export function findMatch(pattern: Pattern, text: string, variables: Variables): Match | undefined {
  const filled = { source: fillPattern(pattern.source, variables), flags: pattern.flags };
  if (problemOf(filled) !== undefined) throw new Undecided(INVALID);
  const compiled = new RegExp(filled.source, filled.flags);
  const found = inTime(() => compiled.exec(text));
  return found ? { text: found[0], group: found[1], index: found.index } : undefined;
}

function inTime<T>(search: () => T): T {
  try {
    return withinTime(MAX_MATCH_MS, search);
  } catch {
    throw new Undecided(TOO_LONG);
  }
}

const INVALID = 'the values of its variables make the pattern invalid';
const TOO_LONG = `the pattern took longer than ${MAX_MATCH_MS} ms: it backtracks too much`;
