import { AppError } from '../base/errors.js';
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
