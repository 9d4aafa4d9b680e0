import { AppError } from '../errors.js';
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

/** The name itself when a conversation can be found by it later. */
export function checkedName(name: string, hint?: string): string {
  if (name.trim() === '') throw new AppError('usage', 'a name is required', { hint });
  if (!isConversationId(name)) return name;
  throw new AppError(
    'usage',
    `${name} looks like the id of a conversation, which it would be taken for`,
    {
      hint: 'choose another name',
    },
  );
}
