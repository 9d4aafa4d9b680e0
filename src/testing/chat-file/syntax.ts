// The syntax of a line and of the values in it; a mistake has a place and a way out.
import { AppError } from '../../base/errors.js';

/** A mistake in a file, with its place and the way out. Lines and columns count from 1. */
export interface Fault {
  line: number;
  column: number;
  what: string;
  wayOut: string;
}

/** Thrown while one line is read; `offset` is the place in the text that was given to the reader. */
export class LineFault extends Error {
  readonly offset: number;
  readonly wayOut: string;

  constructor(what: string, wayOut: string, offset = 0) {
    super(what);
    this.offset = offset;
    this.wayOut = wayOut;
  }

  /** The same mistake, seen from a text of which this one begins at `by`. */
  movedBy(by: number): LineFault {
    return new LineFault(this.message, this.wayOut, this.offset + by);
  }
}

/** Runs a reader of a part of a text; its faults get their place in the whole text. */
export function readingAt<T>(offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof LineFault ? error.movedBy(offset) : error;
  }
}

/** The fault that a foreseen error is, at the beginning of the text that is read. Throws any other error. */
export function asLineFault(error: unknown): LineFault {
  if (error instanceof LineFault) return error;
  if (!(error instanceof AppError)) throw error;
  return new LineFault(error.message, error.details.hint ?? 'change it');
}

/** The first of a file's mistakes as the error that a command ends with. */
export function faultError(file: string, [first, ...others]: readonly Fault[]): AppError {
  if (!first) return new AppError('bug', `${file} has no mistake`);
  const { line, column, what, wayOut } = first;
  const more = others.length === 0 ? '' : ` (mistakes after this one: ${others.length})`;
  return new AppError('usage', `${file}:${line}:${column}: ${what}`, { hint: `${wayOut}${more}` });
}

/** The types of lines by their marks. */
const MARKS = {
  '==': 'case',
  '>': 'message',
  '<': 'reply',
  '*': 'call',
  '?': 'check',
  '#': 'comment',
} as const;

type Mark = keyof typeof MARKS;
export type LineType = (typeof MARKS)[Mark] | 'result' | 'continuation' | 'blank';

/** A line as the grammar sees it: what it is, and its text, which begins at `at` (UTF-16 units). */
export type Line =
  | { type: LineType; text: string; at: number }
  | { type: 'setting'; key: string; text: string; at: number };

const MARKED = /^(==|[><*?#])(?: ([^]*))?$/;
const SETTING = /^([A-Za-z][\w-]*):(?: ([^]*))?$/;
const RESULT = /^->(?: ([^]*))?$/;
/** A mark or a setting without a space before its text. */
const CROWDED = /^(?:==|[><*?#]|[A-Za-z][\w-]*:)(?=[^ ])/;
const CROWDED_RESULT = /^->(?=[^ ])/;

const LINES =
  'lines begin with == (a case), > (what is said), < (the reply), * (a tool call), ? (a check), # (a comment), or are a setting such as runs: 3';

/** Reads one line by itself; the parser decides to what it belongs. */
export function readLine(line: string): Line {
  if (line.trim() === '') return { type: 'blank', text: '', at: 0 };
  if (line.startsWith('  ')) return { type: 'continuation', text: line.slice(2), at: 2 };
  const [, mark, text = ''] = MARKED.exec(line) ?? [];
  if (isMark(mark)) return marked(mark, text);
  const [, key, value = ''] = SETTING.exec(line) ?? [];
  if (key !== undefined) return { type: 'setting', key, text: value, at: key.length + 2 };
  throw unknownLine(line);
}

function isMark(mark: string | undefined): mark is Mark {
  return mark !== undefined && mark in MARKS;
}

function marked(mark: Mark, text: string): Line {
  const at = mark.length + 1;
  if (mark !== '*') return { type: MARKS[mark], text, at };
  const [result, answer = ''] = RESULT.exec(text) ?? [];
  if (result !== undefined) return { type: 'result', text: answer, at: at + '-> '.length };
  if (CROWDED_RESULT.test(text)) throw crowded(at + '->'.length, '* ->');
  return { type: 'call', text, at };
}

function unknownLine(line: string): LineFault {
  const [space] = /^\s/.exec(line) ?? [];
  if (space !== undefined) {
    const name = { ' ': 'a space', '\t': 'a tab' }[space] ?? 'white space';
    return new LineFault(`the line begins with ${name}`, `${LINES}; two spaces continue a setting`);
  }
  const [mark] = CROWDED.exec(line) ?? [];
  if (mark === '#') {
    const wayOut = 'a comment is # and a space; tags end the line of their case: == title #smoke';
    return new LineFault('a space is missing after #', wayOut, 1);
  }
  if (mark !== undefined) return crowded(mark.length, mark);
  return new LineFault('the line has no mark', LINES);
}

function crowded(offset: number, mark: string): LineFault {
  return new LineFault(
    `a space is missing after ${mark}`,
    `write ${mark} and a space before the text`,
    offset,
  );
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)$/;
const COUNT = /^\d{1,9}$/;

export const DURATION_EXAMPLES = 'a number and a unit: 500ms, 2s, 5m';

/** A duration such as `500ms`, `2s` or `5m`, in milliseconds; undefined for anything else, and for none. */
export function durationMs(text: string): number | undefined {
  const [, amount = '', unit = ''] = DURATION.exec(text) ?? [];
  const ms = Number(amount) * (UNITS_MS[unit] ?? NaN);
  return ms > 0 ? ms : undefined;
}

/** A whole number, 0 or more. */
export function wholeNumber(text: string): number | undefined {
  return COUNT.test(text) ? Number(text) : undefined;
}

/** A duration for a person: `850ms`, `3.4s`. */
export function durationText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)}ms` : `${(ms / 1_000).toFixed(1)}s`;
}

/** The JSON value in a text; undefined when it is not JSON. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The values of `{{name}}`, by name. */
export type Variables = ReadonlyMap<string, string>;

const TEMPLATE = /\{\{ *([A-Za-z_][\w-]*) *\}\}/g;
const NAME = /^[A-Za-z_][\w-]*$/;
/** Characters that mean something in a regular expression, a class of characters included. */
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** Whether `{{name}}` can have this name. */
export function isVariableName(name: string): boolean {
  return NAME.test(name);
}

/** The names in a text, with their places. */
export function namesIn(text: string): { name: string; offset: number }[] {
  return Array.from(text.matchAll(TEMPLATE), (match) => ({
    name: match[1] ?? '',
    offset: match.index,
  }));
}

/** The text with its values; a name without one stays as it is. */
export function fill(text: string, variables: Variables): string {
  return text.replace(TEMPLATE, (written, name: string) => variables.get(name) ?? written);
}

/** The source of a regular expression in which the values stand for themselves. */
export function fillPattern(source: string, variables: Variables): string {
  return source.replace(TEMPLATE, (written, name: string) => {
    const value = variables.get(name);
    return value === undefined ? written : escaped(value);
  });
}

/** A hyphen would be a range in a class, and cannot be escaped outside of one with the flag u. */
function escaped(value: string): string {
  return value.replace(SPECIAL, '\\$&').replaceAll('-', '\\x2d').replaceAll('\n', '\\n');
}

/** The source with a plain letter for each name, so that it can be compiled before values are known. */
export function withPlaceholders(source: string): string {
  return source.replace(TEMPLATE, 'x');
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
