import { AppError } from '../base/errors.js';
import type { Conversation, SharedConversation } from './conversation.js';
import { existing, type Finder } from './find.js';
import { instant } from './messages.js';

/** The oldest of those with the metadata is the one; so many are looked at. */
const MAX_CANDIDATES = 20;
/** Each generation was deleted within a day of its creation. */
const GENERATIONS = 20;

export interface FindOrCreateApi extends Finder {
  createShared: (wanted: {
    metadata: Record<string, string>;
    generation: number;
  }) => Promise<SharedConversation>;
}

export interface FoundOrCreated {
  id: string;
  /** It was made just now, here. */
  isNew: boolean;
}

/**
 * The conversation that has this metadata, or a new one that gets it. Who asks at the same time gets
 * the same one: the API makes one for all, as their requests are the same to the byte.
 */
export async function findOrCreate(
  api: FindOrCreateApi,
  metadata: Record<string, string>,
): Promise<FoundOrCreated> {
  const found = await oldestWith(api, metadata);
  return found ? { id: found.id, isNew: false } : created(api, metadata);
}

async function oldestWith(
  { list }: Finder,
  metadata: Record<string, string>,
): Promise<Conversation | undefined> {
  const where = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [`metadata->${key}`, `eq.${value}`]),
  );
  const listed = await list({ limit: MAX_CANDIDATES, order: 'created_at.asc', where });
  // A stranger's conversation would be worse than a second one.
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
 * What the API replays may have been deleted meanwhile, or given to something else: then the next
 * generation is asked for, by everybody alike.
 */
async function created(
  api: FindOrCreateApi,
  metadata: Record<string, string>,
): Promise<FoundOrCreated> {
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const { conversation, isReplay: isReplay } = await api.createShared({ metadata, generation });
    if (!isReplay) return { id: conversation.id, isNew: true };
    const now = await existing(api.get(conversation.id));
    if (now && hasMetadata(now, metadata)) return { id: now.id, isNew: false };
  }
  throw new AppError(
    'api',
    `the conversations for this metadata were deleted ${GENERATIONS} times within a day`,
    { hint: 'begin one with --meta in place of --for, or wait a day' },
  );
}
