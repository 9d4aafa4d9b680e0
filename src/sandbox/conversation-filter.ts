import type { Conversation } from './records.js';
import { invalid, type Refusal } from './refusal.js';

type Compare = (a: Conversation, b: Conversation) => number;

/** The comparison that `order` (`created_at.desc,name.asc`) asks for. Telnyx documents no default. */
export function conversationOrder(order = 'created_at.desc'): Compare {
  const terms = order.split(',').map(parseTerm);
  return (a, b) => terms.reduce((result, compare) => result || compare(a, b), 0);
}

function parseTerm(term: string): Compare {
  const [column = '', direction = 'asc', ...rest] = term.split('.');
  if (!isColumn(column) || !['asc', 'desc'].includes(direction) || rest.length > 0) {
    const msg = 'Value should be column.asc or column.desc';
    throw invalid({ loc: ['query', 'order'], msg, type: 'value_error' });
  }
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (Number(a[column] > b[column]) - Number(a[column] < b[column]));
}

type Test = (conversation: Conversation) => boolean;
type Value = string | number;

/** What a column's operator makes of the stored value and the value asked for. */
const OPERATORS: Readonly<Record<string, (stored: Value, asked: Value) => boolean>> = {
  eq: (stored, asked) => stored === asked,
  neq: (stored, asked) => stored !== asked,
  gt: (stored, asked) => stored > asked,
  gte: (stored, asked) => stored >= asked,
  lt: (stored, asked) => stored < asked,
  lte: (stored, asked) => stored <= asked,
  like: (stored, asked) => likePattern(asked, '').test(String(stored)),
  ilike: (stored, asked) => likePattern(asked, 'i').test(String(stored)),
};

const NOT_FILTERS = new Set(['limit', 'order']);

/**
 * The PostgREST filters of a query (`name=like.Voice%`, `or=(a.gte.x,b.gte.y)`) as one test. A
 * parameter that is no column is refused: a real server might ignore it and list too much.
 */
export function conversationFilter(query: URLSearchParams): Test {
  const tests = [...query]
    .filter(([name]) => !NOT_FILTERS.has(name))
    .map(([name, value]) => (name === 'or' ? anyOf(value) : condition(name, value, name)));
  return (conversation) => tests.every((test) => test(conversation));
}

function anyOf(list: string): Test {
  const inner = /^\((.+)\)$/s.exec(list)?.[1];
  if (inner === undefined) throw bad('or', 'should be (column.operator.value,…)');
  const parts = inner.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/gs) ?? [];
  const tests = parts.map((part) => {
    const [, column = '', expression = ''] = /^([^.]+)\.(.*)$/s.exec(part.trim()) ?? [];
    return condition(column, expression.replace(/\."(.*)"$/s, '.$1'), 'or');
  });
  return (conversation) => tests.some((test) => test(conversation));
}

function condition(column: string, expression: string, parameter: string): Test {
  const [, name = '', operand = ''] = /^(\w+)\.(.*)$/s.exec(expression) ?? [];
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) throw bad(parameter, 'should be operator.value, such as eq.text');
  const read = columnReader(column, parameter);
  const isText = name.endsWith('like');
  const isDate = column.endsWith('_at') && !isText;
  const asked = isDate ? timeOf(operand, parameter) : operand;
  return (conversation) => {
    const stored = read(conversation);
    if (stored === undefined) return false;
    return operator(isDate ? Date.parse(stored) : stored, asked);
  };
}

function columnReader(
  column: string,
  parameter: string,
): (conversation: Conversation) => string | undefined {
  const key = /^metadata->>?(.+)$/s.exec(column)?.[1];
  if (key !== undefined) {
    return ({ metadata }) => (Object.hasOwn(metadata, key) ? String(metadata[key]) : undefined);
  }
  if (!isColumn(column)) throw bad(parameter, `has no column "${column}" to filter by`);
  return (conversation) => conversation[column];
}

export function isColumn(name: string): name is Exclude<keyof Conversation, 'metadata'> {
  return ['id', 'name', 'created_at', 'last_message_at'].includes(name);
}

function timeOf(text: string, parameter: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw bad(parameter, 'should be a valid datetime');
  return time;
}

/** `%` (or PostgREST's `*`) is any text, `_` any one character. */
function likePattern(pattern: Value, flags: string): RegExp {
  const source = String(pattern)
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/[%*]+/g, '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, `su${flags}`);
}

function bad(parameter: string, problem: string): Refusal {
  return invalid({ loc: ['query', parameter], msg: `Value ${problem}`, type: 'value_error' });
}
