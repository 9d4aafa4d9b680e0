import * as v from 'valibot';
import { AppError } from '../base/errors.js';
import { assertMetadataKey } from '../conversations/metadata.js';
import { checkedBaseUrl, DEFAULT_BASE_URL } from '../base/base-url.js';
import { checkedKey, checkedId } from '../base/names.js';
import { checkedMessage } from '../turn/events.js';

/** Each schema's message says what its value must be: callers without types may pass anything. */
export const text = v.string('a string');
export const flag = v.boolean('true or false');
const NUMBER = 'a whole number of 1 or more';
export const count = v.pipe(v.number(NUMBER), v.safeInteger(NUMBER), v.minValue(1, NUMBER));
const map = v.custom<Record<string, unknown>>(isObject, 'an object');
export const texts = v.pipe(map, v.record(v.string(), text));
/** Checked by the members that are used: it may come from another realm. */
export const signal = v.custom<AbortSignal>(isSignal, 'an AbortSignal');

/** A map of strings without keys that programs drop, as valibot's record would too. */
const metadata = v.pipe(
  map,
  v.transform((given) => {
    for (const key of Object.keys(given)) assertMetadataKey(key, 'metadata');
    return given;
  }),
  texts,
);

/** An object with these entries; one that is missing is checked as undefined. */
export function object<Entries extends v.ObjectEntries>(entries: Entries) {
  const complete = (given: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.keys(entries).map((key) => [key, given[key]]));
  return v.pipe(map, v.transform(complete), v.object(entries));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSignal(value: unknown): boolean {
  return isObject(value) && 'aborted' in value && 'addEventListener' in value;
}

/** The value as its schema has it. The value itself is not shown unless it is a number: it may be a key or a private message. */
export function checked<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  name: string,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  throw new AppError('usage', `${v.getDotPath(issue) ?? name} must be ${issue.message}`, {
    hint: `it is ${kindOf(issue.input)}; see the types of telnyx-chat`,
  });
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'an array' : typeof value;
}

export const assistantId = v.pipe(
  text,
  v.transform((id) => checkedId('assistant', id)),
);
const conversationId = v.pipe(
  text,
  v.transform((id) => checkedId('conversation', id)),
);

/** One turn, for `takeTurn` and `send`, which differ in whether it is streamed. */
export const turn = object({
  assistantId,
  conversationId: v.optional(conversationId),
  text: v.pipe(text, v.transform(checkedMessage)),
  speaker: v.optional(text),
  title: v.optional(text),
  metadata: v.optional(metadata),
  stream: v.optional(flag),
});

export const filters = v.optional(
  object({ limit: v.optional(count), order: v.optional(text), where: v.optional(texts) }),
  {},
);

export const conversation = v.optional(
  object({ name: v.optional(text), metadata: v.optional(metadata, {}) }),
  {},
);

export const replacement = object({ metadata });

const DEFAULT_TIMEOUT_MS = 120_000;
/** One day; Node's timers hold less than 25. */
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;

const timeout = v.pipe(v.unknown(), v.transform(checkedTimeout));

export const callSettings = v.optional(
  object({ signal: v.optional(signal), timeoutMs: v.optional(timeout) }),
  {},
);

export const clientSettings = object({
  baseUrl: v.optional(v.pipe(text, v.transform(checkedBaseUrl)), DEFAULT_BASE_URL),
  timeoutMs: v.optional(timeout, DEFAULT_TIMEOUT_MS),
  proxy: v.optional(v.pipe(text, v.transform(checkedProxy))),
  apiKey: v.pipe(v.unknown(), v.transform(withKey), text, v.transform(checkedApiKey)),
});

function withKey(key: unknown): unknown {
  if (key !== undefined && key !== '') return key;
  throw new AppError('not_configured', 'apiKey is required', {
    hint: 'pass a key from the Telnyx portal; it does not read the environment',
  });
}

function checkedApiKey(key: string): string {
  try {
    return checkedKey(key);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw error.but({ message: 'apiKey does not look like an API key' });
  }
}

function checkedTimeout(ms: unknown): number {
  if (typeof ms === 'number' && ms > 0 && ms <= MAX_TIMEOUT_MS) return ms;
  throw new AppError('usage', `bad timeoutMs ${typeof ms === 'number' ? ms : typeof ms}`, {
    hint: `give milliseconds, more than 0 and at most ${MAX_TIMEOUT_MS}`,
  });
}

/** A URL, or a bare `host:port`. It may contain a password, so no error shows it. */
function checkedProxy(given: string): string {
  const url = /^[\w.-]+:\d+$/.test(given) ? `http://${given}` : given;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return given;
  throw new AppError('usage', 'bad proxy: not a URL', {
    hint: 'it should look like http://proxy.example:3128',
  });
}
