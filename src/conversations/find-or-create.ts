import { AppError } from '../base/errors.js';
import type { Conversation, SharedConversation } from './conversation.js';
import { foundOrUndefined, type Finder } from './find.js';
import { instant } from './messages.js';

/** Limit on the conversations with the metadata that are requested, the oldest first. */
const MAX_CANDIDATES = 20;
/** Each generation was deleted within a day of its creation. */
const MAX_GENERATIONS = 20;

export interface FindOrCreateApi extends Finder {
  createShared: (request: {
    metadata: Record<string, string>;
    generation: number;
  }) => Promise<SharedConversation>;
}

export interface FoundOrCreated {
  conversation: Conversation;
  /** Whether this call created it. */
  isNew: boolean;
}

/**
 * The oldest conversation that has this metadata, or a new one. Processes that ask at the same time get
 * the same one: their requests are identical, so the API creates one for all of them.
 */
export async function findOrCreate(
  api: FindOrCreateApi,
  metadata: Record<string, string>,
): Promise<FoundOrCreated> {
  const found = await oldestWith(api, metadata);
  return found ? { conversation: found, isNew: false } : created(api, metadata);
}

async function oldestWith(
  { list }: Finder,
  metadata: Record<string, string>,
): Promise<Conversation | undefined> {
  const where = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [`metadata->${key}`, `eq.${value}`]),
  );
  const listed = await list({ limit: MAX_CANDIDATES, order: 'created_at.asc', where });
  // Checked here as well: a stranger's conversation would be worse than a second one.
  const [oldest] = listed.filter((each) => hasMetadata(each, metadata)).sort(byAge);
  return oldest;
}

function byAge(a: Conversation, b: Conversation): number {
  return instant(a.createdAt) - instant(b.createdAt) || (a.id < b.id ? -1 : 1);
}

function hasMetadata(conversation: Conversation, metadata: Record<string, string>): boolean {
  return Object.entries(metadata).every(([key, value]) => conversation.metadata[key] === value);
}

/**
 * A conversation that the API created for an earlier request may have been deleted or changed since.
 * Then everyone requests the next generation.
 */
async function created(
  api: FindOrCreateApi,
  metadata: Record<string, string>,
): Promise<FoundOrCreated> {
  for (let generation = 0; generation < MAX_GENERATIONS; generation++) {
    const { conversation, isReplay } = await api.createShared({ metadata, generation });
    if (!isReplay) return { conversation, isNew: true };
    const current = await foundOrUndefined(api.get(conversation.id));
    if (current && hasMetadata(current, metadata)) return { conversation: current, isNew: false };
  }
  throw new AppError(
    'api',
    `the conversations for this metadata were deleted ${MAX_GENERATIONS} times within a day`,
    { hint: 'start one with --meta instead of --for, or wait a day' },
  );
}
