import { AppError } from '../base/errors.js';
import { shellWord } from '../base/text/sanitize.js';
import type { Conversation } from './conversation.js';
import { isConversationId, NAME_KEY, nameFault, nameOf } from './metadata.js';
import type { ListConversations } from './list.js';

/** Limit on the conversations of one name that are requested. */
const MAX_NAMESAKES = 20;
/** Limit on those that an error lists. */
const MAX_LISTED = 8;

export interface Finder {
  list: ListConversations;
  /** Rejects with `not_found` when there is none. */
  get: (id: string) => Promise<Conversation>;
}

export interface FindScope {
  /** Only conversations of this assistant are found by name. */
  only?: string | undefined;
  /** When several have the name, conversations of this assistant take precedence. */
  preferred?: string | undefined;
}

/**
 * The id of the conversation with this id or name; a UUID costs no request.
 * Throws `usage` when several have the name, `not_found` when none has.
 */
export async function conversationIdFor(
  idOrName: string,
  finder: Finder,
  scope: FindScope = {},
): Promise<string> {
  const text = idOrName.trim();
  if (isConversationId(text)) return text;
  if (text === '' || nameFault(text) !== undefined) throw neitherIdNorName(idOrName);
  const found = withPreference(await findByName(text, finder, scope), scope);
  if (found.length > 1) throw ambiguousName(text, found);
  const id = found[0]?.id ?? (await idAsItIs(text, finder));
  if (id !== undefined) return id;
  throw new AppError('not_found', `no conversation is named ${JSON.stringify(text)}`, {
    hint: scope.only
      ? `telnyx-chat conversations list -a ${shellWord(scope.only)} shows the names; one of another assistant is found by its id`
      : 'telnyx-chat conversations list --all shows their ids and names',
  });
}

function neitherIdNorName(text: string): AppError {
  return new AppError('usage', `${JSON.stringify(text)} is neither an id nor a name`, {
    hint: 'give the id or the name of a conversation',
  });
}

/** Searches the names given with telnyx-chat, and the API's own names of conversations without one. */
async function findByName(
  name: string,
  { list }: Finder,
  { only }: FindScope,
): Promise<Conversation[]> {
  const own = only === undefined ? {} : { 'metadata->assistant_id': `eq.${only}` };
  const order = 'last_message_at.desc';
  const columns = [`metadata->${NAME_KEY}`, 'name'];
  const lists = await Promise.all(
    columns.map((column) =>
      list({ limit: MAX_NAMESAKES, order, where: { ...own, [column]: `eq.${name}` } }),
    ),
  );
  const byId = new Map(lists.flat().map((each) => [each.id, each]));
  return [...byId.values()].filter((each) => nameOf(each) === name);
}

function withPreference(found: Conversation[], { preferred }: FindScope): Conversation[] {
  const own = found.filter(({ metadata }) => metadata['assistant_id'] === preferred);
  return own.length > 0 ? own : found;
}

/** The text itself when it is an id: ids need not be UUIDs. */
async function idAsItIs(text: string, { get }: Finder): Promise<string | undefined> {
  return /^[\w.:-]{1,180}$/.test(text) && !/^\.+$/.test(text)
    ? (await foundOrUndefined(get(text)))?.id
    : undefined;
}

/** Undefined instead of `not_found`. */
export async function foundOrUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

function ambiguousName(name: string, conversations: Conversation[]): AppError {
  const count = conversations.length;
  const listed = conversations.slice(0, MAX_LISTED).map(describeConversation).join(', ');
  const more = count > MAX_LISTED ? ', …' : '';
  return new AppError(
    'usage',
    `${count >= MAX_NAMESAKES ? 'at least ' : ''}${count} conversations are named ${JSON.stringify(name)}`,
    { hint: `use an id: ${listed}${more}` },
  );
}

function describeConversation({ id, lastMessageAt, createdAt }: Conversation): string {
  return `${id} (${(lastMessageAt || createdAt).slice(0, 16)})`;
}
