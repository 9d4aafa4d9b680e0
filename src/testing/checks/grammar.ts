import { nearest } from '../../base/names.js';
import {
  LineFault,
  readingAt,
  fill,
  isVariableName,
  namesIn,
  type Variables,
  DURATION_EXAMPLES,
  durationMs,
  wholeNumber,
} from '../chat-file/syntax.js';
import { readCalls, readNeverCalled } from './calls-grammar.js';
import type { Check, TextRule } from './check.js';
import { isPattern, readPattern } from './matching.js';

/** A form of check: what it begins with, how it is written, and how the rest after that is read. */
interface Form {
  words: string;
  usage: string;
  read: (rest: string, variables: Variables) => Check;
}

/** Counted things: how a number of them is written, their name, and a check of them. */
interface Unit {
  form: RegExp;
  name: string;
  usage: string;
}

const WORDS: Unit = { form: /^(.*?)\s+words?$/, name: 'words', usage: 'at most 60 words' };
const SMS: Unit = { form: /^(.*?)\s+SMS$/i, name: 'SMS', usage: 'fits 2 SMS' };

const FORMS: readonly Form[] = [
  { words: 'says', usage: 'says A | B', read: (rest) => says(rest, false) },
  { words: 'never says', usage: 'never says A | B', read: (rest) => says(rest, true) },
  { words: 'is silent', usage: 'is silent', read: (rest) => nothingMore(rest, { type: 'silent' }) },
  { words: 'is', usage: 'is text', read: (rest) => ({ type: 'is', text: required(rest, 'is text') }) },
  { words: 'like', usage: 'like 60%', read: like },
  { words: 'calls', usage: 'calls tool {json}', read: readCalls },
  { words: 'never calls', usage: 'never calls tool', read: readNeverCalled },
  { words: 'result of', usage: 'result of tool says A | B', read: resultOf },
  { words: 'first word in', usage: 'first word in 2s', read: (rest, known) => ({ type: 'first-word', ms: time(rest, known) }) },
  { words: 'answers in', usage: 'answers in 6s', read: (rest, known) => ({ type: 'answers', ms: time(rest, known) }) },
  { words: 'at most', usage: 'at most 60 words', read: (rest, known) => ({ type: 'max-words', words: amount(rest, WORDS, known) }) },
  { words: 'fits', usage: 'fits 2 SMS', read: (rest, known) => ({ type: 'fits-sms', parts: amount(rest, SMS, known) }) },
  { words: 'speakable', usage: 'speakable', read: (rest) => nothingMore(rest, { type: 'speakable' }) },
  { words: 'metadata', usage: 'metadata key=value', read: (rest) => metadata(rest, false) },
  { words: 'never metadata', usage: 'never metadata key=value', read: (rest) => metadata(rest, true) },
  { words: 'keep', usage: 'keep name=/re/', read: keep },
  { words: 'judge', usage: 'judge text', read: (rest) => ({ type: 'judge', text: required(rest, 'judge text') }) },
]; // prettier-ignore

/**
 * Reads a check. `variables` are those that have their value before anything is sent: only they can stand
 * for a number. Throws a LineFault.
 */
export function readCheck(text: string, variables: Variables): Check {
  const trimmed = text.trim();
  const at = text.length - text.trimStart().length;
  if (trimmed === '') throw new LineFault('the check is missing', usages());
  const form = formOf(trimmed);
  if (!form) throw unknownCheck(trimmed).movedBy(at);
  const rest = trimmed.slice(form.length).trimStart();
  return readingAt(at + trimmed.length - rest.length, () => form.read(rest, variables));
}

/** Compiled once; forms with more words go first. */
const BEGINNINGS = FORMS.map(({ words, read }) => ({
  begin: new RegExp(`^${words.replaceAll(' ', '\\s+')}(?=\\s|$)`),
  count: words.split(' ').length,
  read,
})).toSorted((a, b) => b.count - a.count);

/** The form with the most words that a check begins with. */
function formOf(text: string): { length: number; read: Form['read'] } | undefined {
  for (const { begin, read } of BEGINNINGS) {
    const found = begin.exec(text)?.[0];
    if (found !== undefined) return { length: found.length, read };
  }
  return undefined;
}

function unknownCheck(text: string): LineFault {
  const [first = '', second = ''] = text.split(/\s+/);
  const alike = FORMS.filter(({ words }) => words.split(' ')[0] === first);
  if (alike.length > 0) {
    const what = `unknown check ${JSON.stringify(`${first} ${second}`.trim())}`;
    return new LineFault(what, `write: ${alike.map(({ usage }) => usage).join(', or: ')}`);
  }
  const known = FORMS.map(({ words }) => words.split(' ')[0] ?? '');
  const near = nearest(first, [...new Set(known)]);
  const what = `unknown check ${JSON.stringify(first)}`;
  return new LineFault(what, near === undefined ? usages() : `did you mean ${near}? ${usages()}`);
}

function usages(): string {
  return `checks are: ${FORMS.map(({ usage }) => usage).join(', ')}`;
}

function required(rest: string, usage: string): string {
  if (rest !== '') return rest;
  throw new LineFault('the check ends too early', `write: ${usage}`);
}

function nothingMore(rest: string, check: Check): Check {
  if (rest === '') return check;
  throw new LineFault(`${JSON.stringify(rest)} is too much`, 'nothing stands after this check');
}

function says(rest: string, isNever: boolean): Check {
  return { type: 'says', isNever, rule: readTextRule(required(rest, 'says A | B')) };
}

/** Texts that are parted by ` | `, or one regular expression. */
function readTextRule(text: string): TextRule {
  if (text.startsWith('/')) return { type: 'pattern', pattern: readPattern(text) };
  let at = 0;
  const texts = text.split(' | ').map((part) => {
    readingAt(at, () => {
      assertAlternative(part);
    });
    at += part.length + ' | '.length;
    return part.trim();
  });
  return { type: 'texts', texts };
}

function assertAlternative(part: string): void {
  const text = part.trim();
  if (text === '' || text === '|' || text.startsWith('| ') || text.endsWith(' |')) {
    throw new LineFault('a text between | is missing', 'write: says A | B');
  }
  if (isPattern(text)) {
    const wayOut = 'a regular expression stands alone, with | inside it: says /a|b/';
    throw new LineFault('a regular expression among texts', wayOut);
  }
}

function like(rest: string, known: Variables): Check {
  const share = Number(/^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(fill(rest, known))?.[1]);
  if (share > 0 && share <= 100) return { type: 'like', share: share / 100 };
  throw new LineFault('like needs a share', 'write a share from 1% to 100%: like 60%');
}

function resultOf(rest: string): Check {
  const [begin, tool, says = ''] = /^(\S+)\s+says(?:\s+|$)([^]*)$/.exec(rest) ?? [];
  if (begin === undefined || tool === undefined || says === '') {
    throw new LineFault('the check is incomplete', 'write: result of tool says A | B');
  }
  return readingAt(begin.length - says.length, () => ({
    type: 'result',
    tool,
    rule: readTextRule(says),
  }));
}

function time(rest: string, known: Variables): number {
  const ms = durationMs(fill(rest, known));
  if (ms !== undefined) return ms;
  throw new LineFault(
    `${JSON.stringify(rest)} is not a duration`,
    `write ${DURATION_EXAMPLES}${adviceOn(rest)}`,
  );
}

function amount(rest: string, { form, name, usage }: Unit, known: Variables): number {
  const count = wholeNumber(form.exec(fill(required(rest, usage), known))?.[1] ?? '');
  if (count !== undefined && count > 0) return count;
  throw new LineFault(
    `${JSON.stringify(rest)} is not a number of ${name}`,
    `write: ${usage}${adviceOn(rest)}`,
  );
}

/** A number has to be known before anything is said. */
function adviceOn(rest: string): string {
  return namesIn(rest).length > 0 ? '; give the value with --var' : '';
}

function metadata(rest: string, isNever: boolean): Check {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(rest)?.map((part) => part.trim()) ?? [];
  if (key && value !== undefined) return { type: 'metadata', isNever, key, value };
  throw new LineFault('metadata needs a key and a value', 'write: metadata ticket=4711');
}

function keep(rest: string): Check {
  const [begin, name = '', pattern = ''] = /^([^=\s]*)\s*=\s*([^]*)$/.exec(rest) ?? [];
  if (begin === undefined || !isVariableName(name)) {
    const wayOut = 'write: keep name=/re/, the name with letters, digits, _ and -';
    throw new LineFault('keep needs a name and a regular expression', wayOut);
  }
  return readingAt(begin.length - pattern.length, () => {
    if (!pattern.startsWith('/'))
      throw new LineFault('keep needs a regular expression', 'write: keep name=/re/');
    return { type: 'keep', name, pattern: readPattern(pattern) };
  });
}
