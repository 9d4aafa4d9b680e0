import { AppError } from '../base/errors.js';
import type { Conversation } from './conversation.js';

/**
 * The metadata key of a name given here: the API sets a conversation's own name when it is created
 * and cannot change it.
 */
export const NAME_KEY = 'telnyx_chat_name';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What people call a conversation; '' when it has no name. */
export function nameOf({ name, metadata }: Conversation): string {
  return metadata[NAME_KEY] ?? name;
}

/** Whether it can be nothing but the id of a conversation. */
export function isConversationId(text: string): boolean {
  return UUID.test(text);
}

/** In UTF-16 units: what is looked for by a name has to fit into a URL. */
const MAX_NAME_LENGTH = 500;

/** What keeps a trimmed name that is not blank from being found; undefined when nothing does. */
export function nameFault(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH) {
    return `a name has at most ${MAX_NAME_LENGTH} characters, and this one has ${name.length}`;
  }
  return /\p{Cc}/u.test(name)
    ? 'a name cannot have line breaks, tabs or other control characters'
    : undefined;
}

/** The name, trimmed, when a conversation can be found by it later. Throws `usage`; the hint is for no name at all. */
export function checkedName(text: string, hint?: string): string {
  const name = text.trim();
  if (name === '') throw new AppError('usage', 'a name is required', { hint });
  const fault = isConversationId(name)
    ? `${name} looks like the id of a conversation, which it would be taken for`
    : nameFault(name);
  if (fault === undefined) return name;
  throw new AppError('usage', fault, { hint: 'choose another name' });
}
