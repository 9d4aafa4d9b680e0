import type { Conversation, Message } from '../conversations/conversation.js';
import { firstWords, nameOf } from '../conversations/metadata.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import type { Chat, ChatState } from './chat.js';
import type { Paint } from './ports.js';

const MAX_NAME_LENGTH = 20;

/** The prompt: who is speaking, and whether a person has taken the conversation over. */
export function promptOf(
  {
    speaker,
    following,
    isTakenOver = false,
  }: Pick<ChatState, 'speaker' | 'isTakenOver' | 'following'>,
  paint: Pick<Paint, 'prompt' | 'takenOver'>,
): string {
  const name = speaker === undefined ? '' : sanitizeLine(speaker, MAX_NAME_LENGTH);
  const parts = [name, following ? 'following' : '', isTakenOver ? 'taken over' : ''].filter(
    (part) => part !== '',
  );
  const label = `${parts.join(', ')}>`;
  return `${isTakenOver ? paint.takenOver(label) : paint.prompt(label)} `;
}

/** The prompt at which a person who has taken over types. */
export const personPrompt = ({ ports }: Chat, speaker?: string): string =>
  promptOf({ speaker, isTakenOver: true }, ports.paint);

/**
 * Shows the prompt of the chat as it is now. What was written to the assistant does not come back
 * where it would be added as the person's own words, nor the other way round.
 */
export function showPrompt({ state, ports }: Chat): void {
  ports.editor.setPrompt(promptOf(state, ports.paint), state.isTakenOver ? 'taken over' : '');
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
