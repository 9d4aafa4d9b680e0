import { parseJson } from '../base/text/well-formed.js';
import { type Conversation, type Message, isTakenOver } from './conversation.js';
import { CHANNEL_KEY } from './details.js';
import { inOrder, instant, sortedByTime, timeOf } from './messages.js';
import { toolCallsIn } from './transcript.js';

/** The counts of conversations of one day and channel, or of all. */
export interface Counts {
  conversations: number;
  /** Messages of users. */
  turns: number;
  toolCalls: number;
  failedToolCalls: number;
  takenOver: number;
  /** Conversations that have insights. */
  withInsights: number;
  /** Milliseconds from a user's message to the first text after it, and to the last one before the next message. */
  firstReplyMs: number[];
  answerMs: number[];
}

export interface DayCounts extends Counts {
  /** When they began, in UTC: `2026-01-31`; '' when unknown. */
  day: string;
  /** '' for those without one. */
  channel: string;
}

function noCounts(): Counts {
  return {
    ...{ conversations: 0, turns: 0, toolCalls: 0, failedToolCalls: 0 },
    ...{ takenOver: 0, withInsights: 0, firstReplyMs: [], answerMs: [] },
  };
}

/** The counts of one conversation, which grow with its messages. */
export class ConversationCounts {
  readonly #counts: DayCounts;
  #waiting: { sinceMs: number; answeredMs: number | undefined } | undefined;
  #before: Message | undefined;

  constructor(conversation: Conversation) {
    const began = instant(conversation.createdAt || conversation.lastMessageAt);
    this.#counts = {
      ...noCounts(),
      conversations: 1,
      takenOver: isTakenOver(conversation) ? 1 : 0,
      day: began > 0 ? new Date(began).toISOString().slice(0, 10) : '',
      channel: conversation.metadata[CHANNEL_KEY] ?? '',
    };
  }

  /** Messages that come after those of the calls before. */
  add(messages: readonly Message[]): void {
    const counts = this.#counts;
    const sorted = this.#before ? sortedByTime(messages, this.#before) : inOrder(messages);
    const calls = toolCallsIn(sorted);
    counts.toolCalls += calls.length;
    counts.failedToolCalls += sorted.filter(isFailedResult).length;
    for (const message of sorted) this.#time(message);
    this.#before = sorted.at(-1) ?? this.#before;
  }

  addInsights(count: number): void {
    if (count > 0) this.#counts.withInsights = 1;
  }

  /** The counts, once all messages have been added. */
  finished(): DayCounts {
    this.#endTurn();
    return this.#counts;
  }

  #time(message: Message): void {
    const time = timeOf(message);
    if (message.role === 'user') {
      this.#counts.turns++;
      // Messages sent one after another are answered together: the person waits from the first one on.
      if (this.#waiting?.answeredMs === undefined && this.#waiting) return;
      this.#endTurn();
      if (time > 0) this.#waiting = { sinceMs: time, answeredMs: undefined };
    } else if (message.role === 'assistant' && message.text !== '' && this.#waiting && time > 0) {
      const waited = time - this.#waiting.sinceMs;
      if (this.#waiting.answeredMs === undefined) this.#counts.firstReplyMs.push(waited);
      this.#waiting.answeredMs = waited;
    }
  }

  #endTurn(): void {
    const answeredMs = this.#waiting?.answeredMs;
    if (answeredMs !== undefined) this.#counts.answerMs.push(answeredMs);
    this.#waiting = undefined;
  }
}

/** No field says that a tool failed: its result does, in the usual ways. */
function isFailedResult({ role, text }: Message): boolean {
  if (role !== 'tool') return false;
  const result = objectIn(text);
  if (!result) return /^\s*(error|failed|exception)\b/i.test(text);
  const { error, errors, success, ok, status, status_code: code } = result;
  const isGiven = (value: unknown): boolean =>
    Array.isArray(value) ? value.length > 0 : Boolean(value);
  const isBad = (value: unknown): boolean =>
    value === 'error' || value === 'failed' || (typeof value === 'number' && value >= 400);
  return (
    [error, errors].some(isGiven) || success === false || ok === false || [status, code].some(isBad)
  );
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseJson(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Counts of many conversations, by day and channel. */
export class Stats {
  readonly #byKey = new Map<string, DayCounts>();

  add(counts: DayCounts): void {
    const { day, channel } = counts;
    const key = `${day} ${channel}`;
    const sum = this.#byKey.get(key) ?? { ...noCounts(), day, channel };
    this.#byKey.set(key, sum);
    addTo(sum, counts);
  }

  /** By day, then by channel. */
  rows(): DayCounts[] {
    const order = ({ day, channel }: DayCounts): string => `${day} ${channel}`;
    return [...this.#byKey.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  total(): Counts {
    const total = noCounts();
    for (const row of this.#byKey.values()) addTo(total, row);
    return total;
  }

  /** Conversations of each channel, the most first. */
  channels(): [channel: string, conversations: number][] {
    const counts = new Map<string, number>();
    for (const { channel, conversations } of this.#byKey.values()) {
      counts.set(channel, (counts.get(channel) ?? 0) + conversations);
    }
    return [...counts].sort(([, a], [, b]) => b - a);
  }

  /** Conversations of each day from the first to the last one; days without any are 0. */
  days(): [day: string, conversations: number][] {
    const known = this.rows().filter(({ day }) => day !== '');
    const [first, last] = [known[0]?.day, known.at(-1)?.day];
    if (first === undefined || last === undefined) return [];
    const days = new Map<string, number>();
    for (let time = Date.parse(first); time <= Date.parse(last); time += DAY_MS) {
      days.set(new Date(time).toISOString().slice(0, 10), 0);
    }
    for (const { day, conversations } of known) days.set(day, (days.get(day) ?? 0) + conversations);
    return [...days];
  }
}

const DAY_MS = 86_400_000;

function addTo(sum: Counts, counts: Counts): void {
  sum.conversations += counts.conversations;
  sum.turns += counts.turns;
  sum.toolCalls += counts.toolCalls;
  sum.failedToolCalls += counts.failedToolCalls;
  sum.takenOver += counts.takenOver;
  sum.withInsights += counts.withInsights;
  for (const ms of counts.firstReplyMs) sum.firstReplyMs.push(ms);
  for (const ms of counts.answerMs) sum.answerMs.push(ms);
}

const BARS = '▁▂▃▄▅▆▇█';

/** Values as a line of at most `cells` bars, each for the same number of values; 0 is a space. */
export function sparkline(values: readonly number[], cells: number): string {
  const each = Math.max(1, Math.ceil(values.length / Math.max(1, cells)));
  const sums: number[] = [];
  for (let start = 0; start < values.length; start += each) {
    sums.push(values.slice(start, start + each).reduce((sum, value) => sum + value, 0));
  }
  const most = Math.max(...sums, 1);
  const bar = (sum: number): string =>
    sum === 0 ? ' ' : (BARS[Math.ceil((sum / most) * BARS.length) - 1] ?? '');
  return sums.map(bar).join('');
}
