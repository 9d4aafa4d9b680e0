import { checkedName, isConversationId } from '../conversations/names.js';
import type { TurnRequest } from '../turn/events.js';
import { checkedId } from '../text/ids.js';
import { AppError } from '../base/errors.js';
import type { Session } from '../account/account.js';
import type { Choosing } from './conversation-lookup.js';
import { newMetadata, sharedMetadata } from '../conversations/metadata.js';
import type { ConversationOptions } from './options.js';

type Chosen = Pick<TurnRequest, 'conversationId' | 'isNew'>;

/**
 * The part of a turn that the flags decide. Throws on flags that contradict each other, before any
 * request. A new conversation, and one given by its id, cost none.
 */
export async function turnInput(
  options: ConversationOptions,
  choosing: Choosing,
): Promise<Chosen & Pick<TurnRequest, 'title' | 'metadata' | 'speaker'>> {
  const { meta, as: speaker } = options;
  checkWays(options);
  const title = options.title === undefined ? undefined : checkedName(options.title);
  const metadata = newMetadata(meta);
  return { ...(await chosen(options, choosing)), title, metadata, speaker };
}

/** A conversation is chosen in one way, and only a new one gets a title and metadata. */
function checkWays(options: ConversationOptions): void {
  const { conversation, continue: isContinued, for: pairs, title, meta } = options;
  const ways = [
    ...(isContinued ? ['--continue'] : []),
    ...(conversation === undefined ? [] : ['--conversation']),
    ...(pairs === undefined ? [] : ['--for']),
  ];
  if (ways.length > 1) {
    throw new AppError('usage', `${ways.join(' and ')} exclude each other`, {
      hint: 'keep one of them: each chooses the conversation by itself',
    });
  }
  if (ways.length === 0 || (title === undefined && meta === undefined)) return;
  throw new AppError('usage', '--title and --meta are for a new conversation', {
    hint: `leave out ${pairs ? '--for' : '--conversation and --continue'} to begin one`,
  });
}

async function chosen(
  { conversation, continue: isContinued, for: pairs }: ConversationOptions,
  choosing: Choosing,
): Promise<Chosen> {
  if (isContinued) return { conversationId: lastOne(choosing.session.last) };
  if (pairs) {
    const metadata = sharedMetadata(pairs);
    return unsent(async () => (await lookup()).shared(metadata, choosing));
  }
  if (conversation === undefined || isConversationId(conversation))
    return { conversationId: conversation };
  return unsent(async () => (await lookup()).named(conversation, choosing));
}

/** Loaded late: most turns need none. */
const lookup = () => import('./conversation-lookup.js');

/** Whatever fails here, nothing was said. */
async function unsent(find: () => Promise<Chosen>): Promise<Chosen> {
  try {
    return await find();
  } catch (error) {
    throw error instanceof AppError ? error.with({ delivery: 'not_sent' }) : error;
  }
}

function lastOne(last: Session['last']): string {
  const id = last?.read();
  if (id !== undefined) return checkedId('conversation', id);
  throw new AppError('usage', 'there is no last conversation with this assistant and profile', {
    hint: last
      ? 'begin one without --continue'
      : 'conversations are not remembered: --sandbox, --no-persist or the config says so',
  });
}
