import type { Conversation, Message } from '../conversations/conversation.js';
import { firstWords, nameOf } from '../conversations/names.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { Chat, ChatState } from './chat.js';

/** Replies that take longer are announced, in milliseconds. */
const LONG_REPLY_MS = 10_000;

/** Waits for a reply. One that took long is announced, for a person who looks elsewhere. */
export async function announced<T>({ ports }: Chat, reply: Promise<T>): Promise<T> {
  const started = ports.clock.monotonic();
  try {
    return await reply;
  } finally {
    if (ports.clock.monotonic() - started > LONG_REPLY_MS) ports.announce();
  }
}

/** Names the window after the conversation and the assistant, as far as they are known. */
export function nameWindow({ state, ports }: Chat, names: Partial<ChatState['names']>): void {
  Object.assign(state.names, names);
  const { conversation, assistant } = state.names;
  const known = [conversation, assistant].map((name) => sanitizeLine(name, 60));
  ports.setTitle(known.filter((name) => name !== '').join(' – ') || 'telnyx-chat');
}

/** The name of an earlier conversation, else the first words that somebody said in it. */
export function nameFrom(conversation: Conversation, messages: readonly Message[] = []): string {
  const first = messages.find(({ role }) => role === 'user')?.text ?? '';
  return nameOf(conversation) || (firstWords(first) ?? '');
}

/** The name of a conversation that a message starts; its first words even where it gets no name. */
export function newName({ state }: Chat, text: string): string {
  return state.title ?? firstWords(text) ?? '';
}
