import type { Message } from './conversation.js';

/** Every message of a conversation, in order. */
export async function allMessages(pages: AsyncIterable<Message[]>): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const page of pages) messages.push(...page);
  return inOrder(messages);
}

/** By time, as the API documents no order; what has the same time stays as it came. */
export function inOrder(messages: readonly Message[]): Message[] {
  return [...messages].sort((a, b) => timeOf(a) - timeOf(b));
}

/** When a message was said, in milliseconds since 1970. */
export function timeOf({ sentAt, createdAt }: Message): number {
  return Date.parse(sentAt || createdAt) || 0;
}

/** The messages from the last one of the user's on. */
export function lastTurn(messages: readonly Message[]): Message[] {
  const start = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(Math.max(0, start));
}
