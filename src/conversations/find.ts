import { AppError } from '../base/errors.js';
import type { Conversation } from './conversation.js';
import { isConversationId, NAME_KEY, nameFault, nameOf } from './names.js';
import type { ListConversations } from './paginate.js';

/** So many of the same name are looked at. */
const MAX_NAMESAKES = 20;
/** So many of them are told. */
const MAX_LISTED = 8;

export interface Finder {
  list: ListConversations;
  /** Rejects with `not_found` when there is none. */
  get: (id: string) => Promise<Conversation>;
}

export interface Scope {
  /** Names of other assistants' conversations mean nothing. */
  only?: string | undefined;
  /** When several have the name, this assistant's come first. */
  preferred?: string | undefined;
}

/**
 * The id that an id or a name means; one that is a UUID costs no request.
 * Throws `usage` when several have the name, `not_found` when none has.
 */
export async function conversationIdFor(
  idOrName: string,
  finder: Finder,
  scope: Scope = {},
): Promise<string> {
  const given = idOrName.trim();
  if (isConversationId(given)) return given;
  if (given === '' || nameFault(given) !== undefined) throw neither(idOrName);
  const found = narrowed(await named(given, finder, scope), scope);
  if (found.length > 1) throw ambiguous(given, found);
  const id = found[0]?.id ?? (await idAsItIs(given, finder));
  if (id !== undefined) return id;
  throw new AppError('not_found', `no conversation is called ${JSON.stringify(given)}`, {
    hint: 'telnyx-chat conversations list --all shows their ids and names',
  });
}

function neither(text: string): AppError {
  return new AppError('usage', `${JSON.stringify(text)} is neither an id nor a name`, {
    hint: 'give a conversation by its id or by its name',
  });
}

/** By the name given here, or by the API's own where there is no other. */
async function named(name: string, { list }: Finder, { only }: Scope): Promise<Conversation[]> {
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

function narrowed(found: Conversation[], { preferred }: Scope): Conversation[] {
  const own = found.filter(({ metadata }) => metadata['assistant_id'] === preferred);
  return own.length > 0 ? own : found;
}

/** Nothing says that every id is a UUID. */
async function idAsItIs(text: string, { get }: Finder): Promise<string | undefined> {
  return /^[\w.:-]{1,180}$/.test(text) && !/^\.+$/.test(text)
    ? (await existing(get(text)))?.id
    : undefined;
}

/** Undefined for what is not there. */
export async function existing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

function ambiguous(name: string, conversations: Conversation[]): AppError {
  const count = conversations.length;
  const told = conversations.slice(0, MAX_LISTED).map(describe).join(', ');
  const more = count > MAX_LISTED ? ', …' : '';
  return new AppError(
    'usage',
    `${JSON.stringify(name)} names ${count >= MAX_NAMESAKES ? 'at least ' : ''}${count} conversations`,
    { hint: `use an id: ${told}${more}` },
  );
}

function describe({ id, lastMessageAt, createdAt }: Conversation): string {
  return `${id} (${(lastMessageAt || createdAt).slice(0, 16)})`;
}
