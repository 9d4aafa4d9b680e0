import type { Signal } from '../base/time.js';
import type { Conversation, Message, MessagePage } from './conversation.js';
import type { ReadPage } from './message-pages.js';
import { timeOf } from './messages.js';
import { firstWords } from './names.js';

/** The first words of conversations without a name, by id, as far as they are known in time. */
export type FirstWordsOf = (
  conversations: readonly Conversation[],
  signal: Signal,
) => Promise<ReadonlyMap<string, string>>;

/** The first words that somebody said, in messages of any order; '' when there are none. Masked before they are cut. */
export function firstWordsIn(
  messages: readonly Message[],
  mask: (text: string) => string = (text) => text,
): string {
  let [text, earliest] = ['', Infinity];
  for (const message of messages) {
    if (message.role !== 'user' || message.text === '') continue;
    const time = timeOf(message);
    if (time >= earliest) continue;
    [text, earliest] = [message.text, time];
  }
  return firstWords(mask(text)) ?? '';
}

/** The first words of a conversation, by the page of its messages that has the oldest ones. */
export async function readFirstWords(readPage: ReadPage): Promise<string> {
  const first = await readPage(1);
  const isOldest = first.pages <= 1 || isOldestFirst(first);
  const { messages } = isOldest ? first : await readPage(first.pages);
  return firstWordsIn(messages);
}

function isOldestFirst({ messages }: MessagePage): boolean {
  const [first, last] = [messages[0], messages.at(-1)];
  return first !== undefined && last !== undefined && timeOf(first) < timeOf(last);
}
