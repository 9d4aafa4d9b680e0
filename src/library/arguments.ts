import { assertMetadataKey } from '../core/metadata.js';
import { AppError } from '../errors.js';

/** Callers without types may have given anything: each check gives the value back, or throws. */
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

/** Of whatever realm: only what is used of it has to be there. */
export const signal: Check<AbortSignal> = (value, name) => {
  if (isSignal(value)) return value;
  throw wrong(name, 'an AbortSignal', value);
};

/** A map of strings. */
export const texts: Check<Record<string, string>> = (value, name) =>
  Object.fromEntries(
    Object.entries(object(value, name)).map(([key, each]) => [key, text(each, `${name}.${key}`)]),
  );

/** A map of strings whose keys are kept on their way. */
export const metadata: Check<Record<string, string>> = (value, name) => {
  const checked = texts(value, name);
  for (const key of Object.keys(checked)) assertMetadataKey(key, name);
  return checked;
};

/** The same check, for what may be left out. */
export function optional<T>(check: Check<T>, value: unknown, name: string): T | undefined {
  return value === undefined ? undefined : check(value, name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSignal(value: unknown): value is AbortSignal {
  return isObject(value) && 'aborted' in value && 'addEventListener' in value;
}

/** The value itself is not told, unless it is a number: it may be a key, or what somebody said. */
function wrong(name: string, what: string, value: unknown): AppError {
  return new AppError('usage', `${name} must be ${what}`, {
    hint: `it is ${kindOf(value)}; the types of telnyx-chat say what each call takes`,
  });
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'an array' : typeof value;
}
