import type { Message, MessagePage } from './conversation.js';

/** Reads one page of a conversation's messages; the first one is 1. */
export type ReadPage = (number: number) => Promise<MessagePage>;

/** Page after page, from 1 on. */
export async function* pagesOf(read: ReadPage): AsyncGenerator<MessagePage> {
  for (let number = 1, pages = 1; number <= pages; number++) {
    const page = await read(number);
    yield page;
    if (page.messages.length === 0) return;
    ({ pages } = page);
  }
}

/**
 * Sorted by time, as the API documents no order. Messages of the same time keep the list's own direction
 * if it has one, but the user's message comes first when no earlier one waits for an answer.
 */
export function inOrder(messages: readonly Message[]): Message[] {
  const times = messages.map(timeOf);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  if (first > last && isAscending(times.toReversed())) return sortedByTime(messages.toReversed());
  return sortedByTime(isAscending(times) ? messages : usersFirst(messages));
}

/** Whether the list is oldest or newest first, so that it also tells the order of equal times. */
export function hasDirection(messages: readonly Message[]): boolean {
  const times = messages.map(timeOf);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  return first < last ? isAscending(times) : first > last && isAscending(times.toReversed());
}

function isAscending(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0));
}

/** The same for messages that are listed oldest first; `before` is the one that precedes them. */
export function sortedByTime(oldestFirst: readonly Message[], before?: Message): Message[] {
  const sorted = oldestFirst.toSorted((a, b) => timeOf(a) - timeOf(b));
  const ordered: Message[] = [];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    end = endOfTie(sorted, start);
    const tie = sorted.slice(start, end);
    const isAsked = [ordered.at(-1) ?? before, tie[0]].some((message) => message?.role === 'user');
    ordered.push(...(isAsked ? tie : usersFirst(tie)));
  }
  return ordered;
}

/** The index after the last message with the time of the one at `start`. */
function endOfTie(sorted: readonly Message[], start: number): number {
  const time = sorted[start] && timeOf(sorted[start]);
  const end = sorted.findIndex((message, index) => index > start && timeOf(message) !== time);
  return end < 0 ? sorted.length : end;
}

function usersFirst(tie: readonly Message[]): Message[] {
  return tie.toSorted((a, b) => Number(b.role === 'user') - Number(a.role === 'user'));
}

/** When a message was sent, in milliseconds since 1970. */
export function timeOf({ sentAt, createdAt }: Message): number {
  return instant(sentAt || createdAt);
}

/** A time of the API in milliseconds since 1970; UTC without a zone, 0 when it cannot be read. */
export function instant(time: string): number {
  return Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`) || 0;
}

/** The turns of a conversation: a message of the user, and all that follow it up to the next one. */
export function turnsIn(messages: readonly Message[]): Message[][] {
  const turns: Message[][] = [];
  for (const message of messages) {
    const turn = turns.at(-1);
    if (message.role === 'user' || !turn) turns.push([message]);
    else turn.push(message);
  }
  return turns;
}
