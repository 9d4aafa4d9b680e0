import type { Message } from './conversation.js';

/** Every message of a conversation, in order. */
export async function allMessages(pages: AsyncIterable<Message[]>): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const page of pages) messages.push(...page);
  return inOrder(messages);
}

/**
 * By time, as the API documents no order. What has the same time stays in the list's own direction;
 * but a question goes before its answer when nothing earlier is left to answer.
 */
export function inOrder(messages: readonly Message[]): Message[] {
  const [first, last] = [messages[0], messages.at(-1)];
  const isNewestFirst = first && last && timeOf(first) > timeOf(last);
  return sortedByTime(isNewestFirst ? messages.toReversed() : messages);
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
