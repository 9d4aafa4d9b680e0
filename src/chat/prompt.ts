import { sanitizeLine } from '../text/sanitize.js';
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

/** Shows the prompt of the chat as it is now. */
export function showPrompt({ state, ports }: Chat): void {
  ports.editor.setPrompt(promptOf(state, ports.paint));
}
