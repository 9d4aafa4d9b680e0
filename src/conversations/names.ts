import { AppError } from '../base/errors.js';
import { oneLine } from '../text/sanitize.js';
import type { Conversation } from './conversation.js';

/**
 * The metadata key of a name given here: the API sets a conversation's own name when it is created
 * and cannot change it.
 */
export const NAME_KEY = 'telnyx_chat_name';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The name that people see; '' when there is none. */
export function nameOf({ name, metadata }: Conversation): string {
  return metadata[NAME_KEY] ?? name;
}

/** Whether it looks like the id of a conversation: then it is never taken for a name. */
export function isConversationId(text: string): boolean {
  return UUID.test(text);
}

/** In UTF-16 units. A search by name has to fit into a URL. */
const MAX_NAME_LENGTH = 500;

/** The reason why a conversation with this trimmed, non-blank name could not be found; undefined for none. */
export function nameFault(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH) {
    return `a name can have at most ${MAX_NAME_LENGTH} characters; this one has ${name.length}`;
  }
  return /\p{Cc}/u.test(name)
    ? 'a name cannot contain line breaks, tabs or other control characters'
    : undefined;
}

/** Returns the trimmed name when a conversation can be found by it. Throws `usage`; `hint` is for a blank name. */
export function checkedName(text: string, hint?: string): string {
  const name = text.trim();
  if (name === '') throw new AppError('usage', 'a name is required', { hint });
  const fault = isConversationId(name)
    ? `${name} looks like a conversation id and would be taken for one`
    : nameFault(name);
  if (fault === undefined) return name;
  throw new AppError('usage', fault, { hint: 'choose another name' });
}

/** In characters. */
const MAX_FIRST_WORDS = 60;
/** A longer last word is cut too. */
const MAX_LAST_WORD = 30;

/** A message's first words as the name of its conversation; undefined when they cannot be one. */
export function firstWords(text: string): string | undefined {
  const line = oneLine(text.trimStart().slice(0, 1000)).replace(/\s+/g, ' ').trim();
  const name = cutAtWord(Array.from(line));
  const isName = name !== '' && nameFault(name) === undefined && !isConversationId(name);
  return isName ? name : undefined;
}

function cutAtWord(characters: readonly string[]): string {
  if (characters.length <= MAX_FIRST_WORDS) return characters.join('');
  const end = MAX_FIRST_WORDS - 1;
  const space = characters.lastIndexOf(' ', end);
  const isWord = space > 0 && end - space <= MAX_LAST_WORD;
  return `${characters.slice(0, isWord ? space : end).join('')}…`;
}
