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
