import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { invalid, type ValidationError } from './refusal.js';

/** Telnyx names no limit for requests without an Idempotency-Key: this one only guards the memory. */
export const BODY_LIMIT = 8 * 1024 * 1024;

/** The whole body, or undefined over the limit. It is read to its end either way, so that a client
 * still sending sees the answer and not a broken connection. */
export async function readBody(stream: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  return size <= BODY_LIMIT ? Buffer.concat(chunks) : undefined;
}

/** The body as its schema has it; throws the 422 of validation otherwise. */
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

/** Message and type by what the schema expected. */
const EXPECTATIONS: Readonly<Record<string, readonly [msg: string, type: string]>> = {
  string: ['Input should be a valid string', 'string_type'],
  union: ['Input should be a valid string', 'string_type'],
  boolean: ['Input should be a valid boolean', 'bool_type'],
  object: ['Input should be a valid dictionary', 'dict_type'],
  record: ['Input should be a valid dictionary', 'dict_type'],
  array: ['Input should be a valid list', 'list_type'],
};

function describeIssue(issue: v.BaseIssue<unknown>): ValidationError {
  const loc = ['body', ...(issue.path ?? []).map(({ key }) => asKey(key))];
  if (issue.received === 'undefined') return { loc, msg: 'Field required', type: 'missing' };
  const [msg, type] = EXPECTATIONS[issue.type] ?? [issue.message, 'value_error'];
  return { loc, msg, type };
}

function asKey(key: unknown): string | number {
  return typeof key === 'number' ? key : String(key);
}
