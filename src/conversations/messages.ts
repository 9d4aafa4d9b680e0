import type { Message } from './conversation.js';

/** Every message of a conversation, in order. */
export async function allMessages(pages: AsyncIterable<Message[]>): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const page of pages) messages.push(...page);
  return inOrder(messages);
}

/**
 * By time, as the API documents no order. What has the same time stays in the list's own direction, if it
 * has one; but a question goes before its answer when nothing earlier is left to answer.
 */
export function inOrder(messages: readonly Message[]): Message[] {
  const times = messages.map(timeOf);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  if (first > last && isAscending(times.toReversed())) return sortedByTime(messages.toReversed());
  return sortedByTime(isAscending(times) ? messages : usersFirst(messages));
}

function isAscending(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0));
}

/** The same for messages that come oldest first, or what follows an earlier one of them. */
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

/** The index behind the messages that have the time of the one at `start`. */
function endOfTie(sorted: readonly Message[], start: number): number {
  const time = sorted[start] && timeOf(sorted[start]);
  const end = sorted.findIndex((message, index) => index > start && timeOf(message) !== time);
  return end < 0 ? sorted.length : end;
}

function usersFirst(tie: readonly Message[]): Message[] {
  return tie.toSorted((a, b) => Number(b.role === 'user') - Number(a.role === 'user'));
}

/** When a message was said, in milliseconds since 1970. */
export function timeOf({ sentAt, createdAt }: Message): number {
  return instant(sentAt || createdAt);
}

/** A time of the API in milliseconds since 1970; without a zone it is UTC, without sense it is 0. */
export function instant(time: string): number {
  return Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`) || 0;
}

/** The messages from the last one of the user's on. */
export function lastTurn(messages: readonly Message[]): Message[] {
  const start = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(Math.max(0, start));
}
