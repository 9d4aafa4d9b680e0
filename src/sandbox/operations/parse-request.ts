import * as v from 'valibot';
import { invalid, type ValidationError, type Refusal } from '../call.js';
import type { Conversation } from '../store.js';

/** A JSON object. valibot's own record would accept an array. */
export function dictionary<Value extends v.GenericSchema>(value: Value) {
  return v.pipe(
    v.unknown(),
    v.check((input) => !Array.isArray(input), 'Input should be a valid dictionary'),
    v.record(v.string(), value),
  );
}

export const metadataBody = dictionary(v.union([v.string(), v.boolean()]));

/** The body as its schema describes it, or the Refusal that lists what is wrong. */
export function parseBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: Buffer,
): v.InferOutput<Schema> {
  const input = parseJson(body);
  if (Array.isArray(input)) {
    throw invalid({ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'dict_type' });
  }
  const result = v.safeParse(schema, input);
  if (!result.success) throw invalid(...result.issues.map(describeIssue));
  return result.output;
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw invalid({ loc: ['body'], msg: 'Field required', type: 'missing' });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid({ loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' });
  }
}

/** Message and type by the kind of schema that failed. */
const EXPECTATIONS: Readonly<Record<string, readonly [msg: string, type: string]>> = {
  string: ['Input should be a valid string', 'string_type'],
  union: ['Input should be a valid string', 'string_type'],
  boolean: ['Input should be a valid boolean', 'bool_type'],
  object: ['Input should be a valid dictionary', 'dict_type'],
  record: ['Input should be a valid dictionary', 'dict_type'],
  array: ['Input should be a valid list', 'list_type'],
  strict_object: ['Extra inputs are not permitted', 'extra_forbidden'],
};

function describeIssue(issue: v.BaseIssue<unknown>): ValidationError {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const loc = ['body', ...path];
  if (issue.received === 'undefined') return { loc, msg: 'Field required', type: 'missing' };
  const [msg, type] = EXPECTATIONS[issue.type] ?? [issue.message, 'value_error'];
  return { loc, msg, type };
}

/** The page that `page[number]` and `page[size]` ask for. */
export function paginate<Item>(items: readonly Item[], query: URLSearchParams, maxSize = Infinity) {
  const requested = integerParameter(query, 'page[size]', { max: 100 }) ?? 20;
  const size = Math.max(1, Math.min(requested, maxSize));
  const number = integerParameter(query, 'page[number]') ?? 1;
  return {
    data: items.slice((number - 1) * size, number * size),
    meta: {
      page_number: number,
      page_size: size,
      total_pages: Math.ceil(items.length / size),
      total_results: items.length,
    },
  };
}

/** A query parameter that is a positive integer, or undefined where it is missing. */
export function integerParameter(
  query: URLSearchParams,
  name: string,
  { max = Number.MAX_SAFE_INTEGER } = {},
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  const refusal = (msg: string, type: string): Refusal =>
    invalid({ loc: ['query', name], msg: `Input should be ${msg}`, type });
  if (!/^[+-]?\d+$/.test(text)) throw refusal('a valid integer', 'int_parsing');
  if (value < 1) throw refusal('greater than or equal to 1', 'greater_than_equal');
  if (value > max) throw refusal(`less than or equal to ${max}`, 'less_than_equal');
  return value;
}

type Compare = (a: Conversation, b: Conversation) => number;

/** The comparison that `order` (`created_at.desc,name.asc`) asks for. Telnyx documents no default. */
export function conversationOrder(order = 'created_at.desc'): Compare {
  const terms = order.split(',').map(parseTerm);
  return (a, b) => terms.reduce((result, compare) => result || compare(a, b), 0);
}

function parseTerm(term: string): Compare {
  const [column = '', direction = 'asc', ...rest] = term.split('.');
  if (!isColumn(column) || !['asc', 'desc'].includes(direction) || rest.length > 0) {
    throw bad('order', 'should be column.asc or column.desc');
  }
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (Number(a[column] > b[column]) - Number(a[column] < b[column]));
}

type Test = (conversation: Conversation) => boolean;
type Value = string | number;

/** The operators of PostgREST that a filter may use. */
const OPERATORS: Readonly<Record<string, (stored: Value, operand: Value) => boolean>> = {
  eq: (stored, operand) => stored === operand,
  neq: (stored, operand) => stored !== operand,
  gt: (stored, operand) => stored > operand,
  gte: (stored, operand) => stored >= operand,
  lt: (stored, operand) => stored < operand,
  lte: (stored, operand) => stored <= operand,
  like: (stored, operand) => likePattern(operand, '').test(String(stored)),
  ilike: (stored, operand) => likePattern(operand, 'i').test(String(stored)),
};

const NOT_FILTERS = new Set(['limit', 'order']);

/**
 * The PostgREST filters of a query (`name=like.Voice%`, `or=(a.gte.x,b.gte.y)`) as one test. Unknown
 * parameters are refused: a server that ignored them would list too much.
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
  const [, name = '', text = ''] = /^(\w+)\.(.*)$/s.exec(expression) ?? [];
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) throw bad(parameter, 'should be operator.value, such as eq.text');
  const read = columnReader(column, parameter);
  const isText = name.endsWith('like');
  const isDate = column.endsWith('_at') && !isText;
  const operand = isDate ? timeOf(text, parameter) : text;
  return (conversation) => {
    const stored = read(conversation);
    if (stored === undefined) return false;
    return operator(isDate ? Date.parse(stored) : stored, operand);
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

function isColumn(name: string): name is Exclude<keyof Conversation, 'metadata'> {
  return ['id', 'name', 'created_at', 'last_message_at'].includes(name);
}

function timeOf(text: string, parameter: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw bad(parameter, 'should be a valid datetime');
  return time;
}

/** `%` and `*` stand for any text, `_` for any one character. */
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
