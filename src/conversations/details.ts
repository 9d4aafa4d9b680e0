import { age } from '../base/time.js';
import { oneLine, sanitize, sanitizeLine } from '../base/text/sanitize.js';
import { parseJson } from '../base/text/well-formed.js';
import {
  type Conversation,
  type Insight,
  type Message,
  isTakenOver,
  type ToolCall,
} from './conversation.js';
import { nameOf } from './metadata.js';

/** The metadata key of the channel that a conversation began on. */
export const CHANNEL_KEY = 'telnyx_conversation_channel';
/** The metadata key of the number on the other side. */
export const NUMBER_KEY = 'telnyx_end_user_target';

export const TAKEN_OVER = 'a person has taken it over: the assistant is silent';
export const RELEASED = 'released: the assistant answers again';

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

/** The text of a message and its tool calls, as lines that are safe on a terminal. */
export function messageLines({ text, toolCalls }: Message, maxLength = 500): string[] {
  const lines = text === '' ? [] : sanitize(text).split('\n');
  return [...lines, ...toolCalls.map((call) => callLine(call, maxLength))];
}

function callLine({ name, arguments: args }: ToolCall, maxLength: number): string {
  return `calls ${sanitizeLine(name)}(${sanitizeLine(args, maxLength)})`;
}

/** A conversation for `--json`; unknown values are null. Times are ISO 8601. */
export function conversationJson(conversation: Conversation) {
  const { id, metadata, createdAt, lastMessageAt } = conversation;
  return {
    id,
    name: nameOf(conversation) || null,
    assistant_id: metadata['assistant_id'] ?? null,
    channel: metadata[CHANNEL_KEY] ?? null,
    with: metadata[NUMBER_KEY] ?? null,
    ai_disabled: isTakenOver(conversation),
    created_at: createdAt || null,
    last_message_at: lastMessageAt || null,
    metadata,
  };
}

/** A message for `--json`. The arguments of a tool call are a JSON string, as the model wrote it. */
export function messageJson({ role, text, sentAt, createdAt, toolCalls }: Message) {
  return {
    role,
    text,
    sent_at: sentAt || null,
    created_at: createdAt || null,
    tool_calls: toolCalls,
  };
}

export function insightJson({ id, status, createdAt, results }: Insight) {
  return {
    id,
    status,
    created_at: createdAt || null,
    results: results.map(({ insightId, result }) => ({ insight_id: insightId, result })),
  };
}
