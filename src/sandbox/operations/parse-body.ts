import * as v from 'valibot';
import { invalid, type ValidationError } from '../answer.js';

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
