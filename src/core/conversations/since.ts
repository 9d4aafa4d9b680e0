import { AppError } from '../../errors.js';

const UNIT_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const AGE = /^(\d{1,9})\s*(s|m|min|h|d|w)$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(z|[+-]\d\d:?\d\d)?$/i;

/**
 * A time in milliseconds since 1970, out of an age (`2h`, `3d`), a date or an ISO time; without a
 * zone it is UTC, as the API's times are.
 */
export function sinceTime(text: string, now: Date): number {
  const time = ageTime(text, now) ?? isoTime(text);
  if (time !== undefined && !Number.isNaN(new Date(time).getTime())) return time;
  throw new AppError('usage', `bad --since ${JSON.stringify(text)}`, {
    hint: 'give an age such as 2h or 3d, a date such as 2026-01-31, or a time such as 2026-01-31T09:00Z',
  });
}

function ageTime(text: string, now: Date): number | undefined {
  const [, amount, unit = ''] = AGE.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  return now.getTime() - Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? NaN);
}

function isoTime(text: string): number | undefined {
  if (DATE.test(text)) return realDate(text, Date.parse(text));
  const [whole, , , zone] = TIME.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const time = Date.parse(`${whole.replace(' ', 'T')}${zone === undefined ? 'Z' : ''}`);
  return realDate(text, Date.parse(text.slice(0, 10))) === undefined ? undefined : time;
}

/** The parser takes 30 February for 2 March. */
function realDate(text: string, time: number): number | undefined {
  if (Number.isNaN(time)) return undefined;
  return new Date(time).toISOString().startsWith(text.slice(0, 10)) ? time : undefined;
}
