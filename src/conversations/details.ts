import { sanitize, sanitizeLine } from '../text/sanitize.js';
import type { Conversation, Insight, Message } from './conversation.js';
import { CHANNEL_KEY, NUMBER_KEY } from './filters.js';
import { nameOf } from './names.js';
import { saidLines } from './transcript.js';
import { isTakenOver } from './update.js';

export const TAKEN_OVER = 'a person has taken it over: the assistant is silent';

/** Shown with a name of their own. */
const OWN_ROWS = ['assistant_id', 'ai_disabled', CHANNEL_KEY, NUMBER_KEY];

/** What is known of a conversation, a line each: safe on a terminal, whole, and the same on any. */
export function detailRows(conversation: Conversation): [label: string, value: string][] {
  const { id, metadata, createdAt, lastMessageAt } = conversation;
  const others = Object.entries(metadata).filter(([key]) => !OWN_ROWS.includes(key));
  const rows: [string, string][] = [
    ['id', id],
    ['name', nameOf(conversation)],
    ['assistant', metadata['assistant_id'] ?? ''],
    ['channel', metadata[CHANNEL_KEY] ?? ''],
    ['with', metadata[NUMBER_KEY] ?? ''],
    ['began', clockTime(createdAt)],
    ['last used', clockTime(lastMessageAt)],
    ['state', isTakenOver(conversation) ? TAKEN_OVER : ''],
    ...others.map(([key, value]): [string, string] => ['metadata', `${key}=${value}`]),
  ];
  return rows
    .map(([label, value]): [string, string] => [label, oneLine(value)])
    .filter(([, value]) => value !== '');
}

/** A message for `show`: when and who, then what, set in. */
export function messageBlock(message: Message): { heading: string; lines: string[] } {
  const when = clockTime(message.sentAt || message.createdAt);
  const heading = [when, oneLine(message.role)].filter((part) => part !== '').join('  ');
  return { heading, lines: saidLines(message, Infinity).map((line) => `  ${line}`.trimEnd()) };
}

/** An insight for people: its state, then what it found, set in. */
export function insightBlock({ status, createdAt, results }: Insight): {
  heading: string;
  lines: string[];
} {
  const heading = [clockTime(createdAt), oneLine(status)].filter((part) => part !== '').join('  ');
  const lines = results.flatMap(({ insightId, result }) => {
    const [first = '', ...others] = sanitize(readable(result ?? 'no result')).split('\n');
    return [`  ${oneLine(insightId)}: ${first}`, ...others.map((line) => `    ${line}`)];
  });
  return { heading, lines };
}

/** JSON for people; anything else as it is. */
function readable(result: string): string {
  try {
    const value: unknown = JSON.parse(result);
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  } catch {
    return result;
  }
}

/** `2026-01-31 09:00:00Z` in UTC; a time that cannot be read as it is. */
export function clockTime(time: string): string {
  const date = new Date(/(?:z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`);
  if (Number.isNaN(date.getTime())) return oneLine(time);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** On one line, however long: nothing of a value is cut. */
export function oneLine(text: string): string {
  return sanitizeLine(text, Infinity);
}
