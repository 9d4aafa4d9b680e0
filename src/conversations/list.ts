import { AppError } from '../base/errors.js';
import { nearest } from '../base/names.js';
import type { Conversation, ConversationFilters } from './conversation.js';
import { instant } from './messages.js';

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

export type ListConversations = (filters: ConversationFilters) => Promise<Conversation[]>;

/** Conversations of one request; the API documents no limit. */
const DEFAULT_PAGE_SIZE = 100;
/** A page shorter than requested is the last one, if it is also shorter than any API would cap it. */
const MIN_CAP = 10;
/** A larger page is not requested, however many conversations have the same time. */
const MAX_PAGE_SIZE = 12_800;

export interface PaginateOptions {
  where: Record<string, string>;
  /** Size of the first page. */
  firstLimit?: number | undefined;
  /** Called when some may have been skipped. */
  onGap: () => void;
}

/**
 * The account's conversations, the latest used first. The API has no pages: each request asks for those
 * last used no later than the last one seen, and those already seen are dropped.
 */
export async function* paginateConversations(
  list: ListConversations,
  { where, firstLimit = DEFAULT_PAGE_SIZE, onGap }: PaginateOptions,
): AsyncGenerator<Conversation> {
  const seen = new SeenConversations();
  let limit = firstLimit;
  /** Size of the last page when all of it had been seen. */
  let staleSize: number | undefined;
  for (;;) {
    const page = await list({ limit, order: 'last_message_at.desc', where: seen.bounded(where) });
    const fresh = page.filter((each) => seen.isNew(each));
    yield* fresh;
    if (fresh.length > 0) {
      if (page.length < Math.min(limit, MIN_CAP)) return;
      seen.add(fresh);
      limit = Math.max(DEFAULT_PAGE_SIZE, limit);
      staleSize = undefined;
      continue;
    }
    const isCapped = page.length > 0 && page.length === staleSize;
    if (!isCapped && page.length < limit) return;
    if (isCapped || limit >= MAX_PAGE_SIZE) {
      onGap();
      // A server that ignores the filter would start over.
      if (!isCapped || !page.every((each) => seen.has(each))) return;
      seen.passTie();
    }
    limit = isCapped ? DEFAULT_PAGE_SIZE : limit * 2;
    staleSize = isCapped ? undefined : page.length;
  }
}

/** When a conversation was last used, in milliseconds since 1970; 0 when unknown. */
export function usedAt({ lastMessageAt, createdAt }: Conversation): number {
  return instant(lastMessageAt || createdAt);
}

/** The conversations that may come again: its memory does not grow with the list. */
class SeenConversations {
  readonly #times = new Map<string, number>();
  /** All that follow were last used no later. */
  #before = Infinity;

  has({ id }: Conversation): boolean {
    return this.#times.has(id);
  }

  isNew(conversation: Conversation): boolean {
    return !this.has(conversation) && usedAt(conversation) <= this.#before;
  }

  add(page: readonly Conversation[]): void {
    for (const each of page) this.#times.set(each.id, usedAt(each));
    const oldest = Math.min(...page.map(usedAt).filter((time) => time > 0));
    // Times may be cut to milliseconds: others in the same one may be a little later.
    this.#goBackTo(oldest + 1);
  }

  /** Skips the rest of the conversations that have the same time. */
  passTie(): void {
    this.#goBackTo(this.#before - 2);
  }

  #goBackTo(before: number): void {
    this.#before = Math.min(this.#before, before);
    for (const [id, time] of this.#times) if (time > this.#before) this.#times.delete(id);
  }

  bounded(where: Record<string, string>): Record<string, string> {
    if (this.#before === Infinity) return where;
    return { ...where, last_message_at: `lte.${new Date(this.#before).toISOString()}` };
  }
}
