import type { Message } from './conversation.js';

/** Every message of a conversation in the order of its times; the API documents none. Ties stay as they came. */
export async function allMessages(pages: AsyncIterable<Message[]>): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const page of pages) messages.push(...page);
  return messages.sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf({ sentAt, createdAt }: Message): number {
  return Date.parse(sentAt || createdAt) || 0;
}

/** The messages from the last one of the user's on. */
export function lastTurn(messages: readonly Message[]): Message[] {
  const start = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(Math.max(0, start));
}
