import { AppError } from '../errors.js';
import type { Conversation } from './conversation.js';
import { checkedId } from './ids.js';

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

/** The id that an id or a name means, given a way to list conversations. */
export async function conversationIdFor(
  idOrName: string,
  list: () => Promise<Conversation[]>,
): Promise<string> {
  if (UUID.test(idOrName)) return idOrName;
  const named = (await list()).filter((conversation) => nameOf(conversation) === idOrName);
  if (named.length > 1) throw ambiguous(idOrName, named);
  return named[0]?.id ?? checkedId('conversation', idOrName);
}

function ambiguous(name: string, conversations: Conversation[]): AppError {
  const ids = conversations.map(({ id }) => id).join(', ');
  return new AppError(
    'usage',
    `${JSON.stringify(name)} names ${conversations.length} conversations`,
    {
      hint: `use an id: ${ids}`,
    },
  );
}
