import { createContext, Script } from 'node:vm';
import { LineFault } from '../chat-file/line.js';
import { fillPattern, withPlaceholders, type Variables } from '../chat-file/values.js';
import type { Pattern } from './check.js';

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

/** A match, no match, or the reason why it cannot be told. */
export type Match =
  | { type: 'found'; text: string; group: string | undefined; index: number }
  | { type: 'none' }
  | { type: 'undecided'; reason: string };

interface Search {
  text: string;
  pattern: RegExp;
  found: RegExpExecArray | null;
}

let shared: Search | undefined;
const script = new Script('found = pattern.exec(text)');

/** Looks for a pattern in a text, for a bounded time: only a script of its own can be stopped. */
export function findMatch(pattern: Pattern, text: string, variables: Variables): Match {
  const search = (shared ??= newSearch());
  search.text = text;
  const source = fillPattern(pattern.source, variables);
  if (problemOf({ source, flags: pattern.flags }) !== undefined) {
    return { type: 'undecided', reason: INVALID };
  }
  search.pattern = new RegExp(source, pattern.flags);
  try {
    script.runInContext(search, { timeout: MAX_MATCH_MS });
  } catch {
    return { type: 'undecided', reason: TOO_LONG };
  }
  const { found } = search;
  if (found === null) return { type: 'none' };
  return { type: 'found', text: found[0], group: found[1], index: found.index };
}

function newSearch(): Search {
  const search: Search = { text: '', pattern: /$^/, found: null };
  createContext(search);
  return search;
}

const INVALID = 'the values of its variables make the pattern invalid';
const TOO_LONG = `the pattern took longer than ${MAX_MATCH_MS} ms: it backtracks too much`;
