import { parseJson } from '../base/unicode.js';
import { age } from '../text/age.js';
import { oneLine, sanitize } from '../text/sanitize.js';
import type { Conversation, Insight, Message } from './conversation.js';
import { CHANNEL_KEY, NUMBER_KEY } from './filters.js';
import { nameOf } from './names.js';
import { messageLines } from './transcript.js';
import { isTakenOver } from './update.js';

export const TAKEN_OVER = 'a person has taken it over: the assistant is silent';

interface CellOptions {
  /** Without it, times are ISO 8601 and not ages. */
  now: Date | undefined;
  /** Shown for a conversation without a name. */
  firstWords?: string | undefined;
}

/** The columns of `conversations list`. */
export function conversationCells(
  conversation: Conversation,
  { now, firstWords = '' }: CellOptions,
): string[] {
  const { id, metadata, lastMessageAt, createdAt } = conversation;
  const lastUsed = lastMessageAt || createdAt;
  return [
    id,
    nameOf(conversation) || firstWords,
    now ? age(lastUsed, now) : lastUsed,
    metadata[CHANNEL_KEY] ?? '',
    metadata[NUMBER_KEY] ?? '',
    isTakenOver(conversation) ? 'taken over' : '',
  ].map(oneLine);
}

/** Metadata that has a row of its own. */
const KNOWN_KEYS = ['assistant_id', 'ai_disabled', CHANNEL_KEY, NUMBER_KEY];

/** Everything known of a conversation, safe on a terminal, the same on any, and nothing cut off. */
export function detailRows(conversation: Conversation): [label: string, value: string][] {
  const { id, metadata, createdAt, lastMessageAt } = conversation;
  const others = Object.entries(metadata).filter(([key]) => !KNOWN_KEYS.includes(key));
  const rows: [string, string][] = [
    ['id', id],
    ['name', nameOf(conversation)],
    ['assistant', metadata['assistant_id'] ?? ''],
    ['channel', metadata[CHANNEL_KEY] ?? ''],
    ['with', metadata[NUMBER_KEY] ?? ''],
    ['started', clockTime(createdAt)],
    ['last used', clockTime(lastMessageAt)],
    ['state', isTakenOver(conversation) ? TAKEN_OVER : ''],
    ...others.map(([key, value]): [string, string] => ['metadata', `${key}=${value}`]),
  ];
  return rows
    .map(([label, value]): [string, string] => [label, oneLine(value)])
    .filter(([, value]) => value !== '');
}

/** A heading and the indented lines below it. */
interface Block {
  heading: string;
  lines: string[];
}

function headed(parts: string[], lines: string[]): Block {
  return { heading: parts.filter((part) => part !== '').join('  '), lines };
}

/** A message for `conversations show`: time and speaker, then the text. */
export function messageBlock(message: Message): Block {
  const lines = messageLines(message, Infinity).map((line) => `  ${line}`.trimEnd());
  return headed([clockTime(message.sentAt || message.createdAt), oneLine(message.role)], lines);
}

/** An insight: time and status, then its results. */
export function insightBlock({ status, createdAt, results }: Insight): Block {
  const lines = results.flatMap(({ insightId, result }) => {
    const [first = '', ...others] = sanitize(indentedJson(result ?? 'no result')).split('\n');
    return [`  ${oneLine(insightId)}: ${first}`, ...others.map((line) => `    ${line}`)];
  });
  return headed([clockTime(createdAt), oneLine(status)], lines);
}

/** JSON with indentation, a JSON string without quotes; any other text as it is. */
function indentedJson(result: string): string {
  try {
    const value: unknown = parseJson(result);
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
