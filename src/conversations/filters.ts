import { AppError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';

/** The metadata key of the channel that a conversation began on. */
export const CHANNEL_KEY = 'telnyx_conversation_channel';
/** The metadata key of the number on the other side. */
export const NUMBER_KEY = 'telnyx_end_user_target';

/** The documented channels; there may be others. */
export const KNOWN_CHANNELS = [
  'phone_call',
  'web_call',
  'sms_chat',
  'sms',
  'web_chat',
  'whatsapp_chat',
];

/** Returns the channel when it can be one. */
export function checkedChannel(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new AppError('usage', `bad --channel ${JSON.stringify(text)}`, {
    hint: `channels are ${KNOWN_CHANNELS.join(', ')}`,
  });
}

/** Advice when a channel has no conversations: it may be mistyped. '' for a known channel. */
export function channelAdvice(channel: string): string {
  if (KNOWN_CHANNELS.includes(channel)) return '';
  const near = nearest(channel, KNOWN_CHANNELS);
  return near
    ? `did you mean --channel ${near}?`
    : `known channels are ${KNOWN_CHANNELS.join(', ')}`;
}

/** Returns the number when it is in E.164, the format of the API. */
export function checkedNumber(flag: string, text: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(text)) return text;
  throw new AppError(
    'usage',
    `bad ${flag} ${JSON.stringify(text)}: not a phone number in E.164 format`,
    {
      hint: 'it starts with + and the country code, without spaces: +13125550100',
    },
  );
}

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
 * A time in milliseconds since 1970, from an age (`2h`, `3d`), a date or an ISO time. Without a zone
 * it is UTC, like the API's times.
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
  const [match, , , zone] = TIME.exec(text) ?? [];
  if (match === undefined) return undefined;
  const time = Date.parse(`${match.replace(' ', 'T')}${zone === undefined ? 'Z' : ''}`);
  return realDate(text, Date.parse(text.slice(0, 10))) === undefined ? undefined : time;
}

/** Undefined for a date such as 30 February, which the parser takes for 2 March. */
function realDate(text: string, time: number): number | undefined {
  if (Number.isNaN(time)) return undefined;
  return new Date(time).toISOString().startsWith(text.slice(0, 10)) ? time : undefined;
}
