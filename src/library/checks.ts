import { AppError } from '../base/errors.js';
import type { ConversationFilters, NewConversation } from '../conversations/conversation.js';
import { assertMetadataKey } from '../conversations/metadata.js';
import { checkedBaseUrl, DEFAULT_BASE_URL } from '../settings/base-url.js';
import { checkedKey } from '../settings/settings.js';
import { checkedId } from '../text/ids.js';
import { checkedMessage } from '../turn/message-text.js';
import type { TurnRequest } from '../turn/events.js';

/** Callers without types may pass anything: each check returns the value or throws. */
export type Check<T> = (value: unknown, name: string) => T;

export const object: Check<Record<string, unknown>> = (value, name) => {
  if (isObject(value)) return value;
  throw wrong(name, 'an object', value);
};

export const text: Check<string> = (value, name) => {
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string', value);
};

export const flag: Check<boolean> = (value, name) => {
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'true or false', value);
};

/** A whole number of 1 or more. */
export const count: Check<number> = (value, name) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw wrong(name, 'a whole number of 1 or more', value);
};

/** Checked by the members that are used: it may come from another realm. */
export const signal: Check<AbortSignal> = (value, name) => {
  if (isSignal(value)) return value;
  throw wrong(name, 'an AbortSignal', value);
};

/** A map of strings. */
export const texts: Check<Record<string, string>> = (value, name) =>
  Object.fromEntries(
    Object.entries(object(value, name)).map(([key, each]) => [key, text(each, `${name}.${key}`)]),
  );

/** A map of strings without keys that programs drop. */
export const metadata: Check<Record<string, string>> = (value, name) => {
  const checked = texts(value, name);
  for (const key of Object.keys(checked)) assertMetadataKey(key, name);
  return checked;
};

/** The same check, for an optional value. */
export function optional<T>(check: Check<T>, value: unknown, name: string): T | undefined {
  return value === undefined ? undefined : check(value, name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSignal(value: unknown): value is AbortSignal {
  return isObject(value) && 'aborted' in value && 'addEventListener' in value;
}

/** The value itself is not shown unless it is a number: it may be a key or a private message. */
function wrong(name: string, what: string, value: unknown): AppError {
  return new AppError('usage', `${name} must be ${what}`, {
    hint: `it is ${kindOf(value)}; see the types of telnyx-chat`,
  });
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'an array' : typeof value;
}

/** One turn, for `takeTurn` and `send`, which differ in whether it is streamed. */
export function checkedTurn(input: unknown, stream: boolean): TurnRequest {
  const given = object(input, 'the turn');
  return {
    assistantId: assistantId(given['assistantId'], 'assistantId'),
    conversationId: optional(conversationId, given['conversationId'], 'conversationId'),
    text: checkedMessage(text(given['text'], 'text')),
    speaker: optional(text, given['speaker'], 'speaker'),
    title: optional(text, given['title'], 'title'),
    metadata: optional(metadata, given['metadata'], 'metadata'),
    stream: optional(flag, given['stream'], 'stream') ?? stream,
  };
}

const assistantId: Check<string> = (id, name) => checkedId('assistant', text(id, name));
const conversationId: Check<string> = (id, name) => checkedId('conversation', text(id, name));

export function checkedFilters(filters: unknown = {}): ConversationFilters {
  const { limit, order, where } = object(filters, 'the filters');
  return {
    limit: optional(count, limit, 'limit'),
    order: optional(text, order, 'order'),
    where: optional(texts, where, 'where'),
  };
}

export function checkedConversation(conversation: unknown = {}): NewConversation {
  const given = object(conversation, 'the conversation');
  return {
    name: optional(text, given['name'], 'name'),
    metadata: optional(metadata, given['metadata'], 'metadata') ?? {},
  };
}

const DEFAULT_TIMEOUT_MS = 120_000;
/** One day; Node's timers hold less than 25. */
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** Valid settings. */
export interface CheckedSettings {
  apiKey: string;
  baseUrl: string;
  timeoutMs: number;
  proxy: string | undefined;
}

/** Throws on invalid settings. */
export function checkedSettings(settings: unknown): CheckedSettings {
  const { apiKey, baseUrl, timeoutMs, proxy } = object(settings, 'the settings of createClient');
  return {
    baseUrl: checkedBaseUrl(optional(text, baseUrl, 'baseUrl') ?? DEFAULT_BASE_URL),
    timeoutMs: optional(checkedTimeout, timeoutMs, 'timeoutMs') ?? DEFAULT_TIMEOUT_MS,
    proxy: optional(checkedProxy, proxy, 'proxy'),
    apiKey: checkedApiKey(apiKey),
  };
}

function checkedApiKey(key: unknown): string {
  if (key === undefined || key === '') {
    throw new AppError('not_configured', 'apiKey is required', {
      hint: 'pass createClient a key from the Telnyx portal; it does not read the environment',
    });
  }
  const given = text(key, 'apiKey');
  try {
    return checkedKey(given);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw error.but({ message: 'apiKey does not look like an API key' });
  }
}

export function checkedTimeout(ms: unknown): number {
  if (typeof ms === 'number' && ms > 0 && ms <= MAX_TIMEOUT_MS) return ms;
  throw new AppError('usage', `bad timeoutMs ${typeof ms === 'number' ? ms : typeof ms}`, {
    hint: `give milliseconds, more than 0 and at most ${MAX_TIMEOUT_MS}`,
  });
}

/** A URL, or a bare `host:port`. It may contain a password, so no error shows it. */
function checkedProxy(proxy: unknown): string {
  const given = text(proxy, 'proxy');
  const url = /^[\w.-]+:\d+$/.test(given) ? `http://${given}` : given;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return given;
  throw new AppError('usage', 'bad proxy: not a URL', {
    hint: 'it should look like http://proxy.example:3128',
  });
}
