// Loaded late: only lists of conversations need it.
import { AppError } from '../base/errors.js';
import { Deadline, type Signal } from '../base/time.js';
import type { Conversation } from '../conversations/conversation.js';
import { readFirstWords, type FirstWordsOf } from '../conversations/excerpt.js';
import { nameOf } from '../conversations/metadata.js';
import type { Context } from '../process/context.js';
import { openNameCache, type KeptName } from '../store/name-cache.js';
import type { Account } from './account.js';

/** Requests that the API bears at once. */
const AT_ONCE = 4;

interface FirstWordsOptions {
  account: Pick<Account, 'client' | 'settings' | 'isSandbox'>;
  context: Context;
  /** How long requests may take, of all calls together. */
  limitMs: number;
}

/** First words from the cache, else from Telnyx as long as the time lasts. */
export function openFirstWords({ account, context, limitMs }: FirstWordsOptions): FirstWordsOf {
  const { settings, client, isSandbox } = account;
  const cache = openNameCache(context);
  if (!settings.cache.value) {
    cache.remove();
    return () => Promise.resolve(new Map());
  }
  const key = keyFor(account);
  let leftMs = limitMs;
  return async (conversations, signal) => {
    const unnamed = conversations.filter((each) => nameOf(each) === '');
    if (unnamed.length === 0) return new Map();
    // An embedded sandbox loses its conversations when the program ends.
    const known = isSandbox ? new Map<string, KeptName>() : cache.read();
    const unknown = unnamed.filter((each) => !isCurrent(known.get(key(each.id)), each));
    const deadline = new Deadline(context.clock, leftMs);
    const started = context.clock.monotonic();
    const read = await readAll(unknown, client, deadline, signal);
    leftMs -= context.clock.monotonic() - started;
    signal.throwIfAborted();
    const fresh = new Map([...read].map(([id, name]) => [key(id), name]));
    if (!isSandbox) cache.change(fresh);
    const names = new Map([...known, ...fresh]);
    return new Map(unnamed.map(({ id }) => [id, names.get(key(id))?.[0] ?? '']));
  };
}

/** Forgets what was kept of conversations that were deleted. */
export function forgetFirstWords(
  ids: readonly string[],
  { account, context }: Pick<FirstWordsOptions, 'account' | 'context'>,
): void {
  const cache = openNameCache(context);
  const known = cache.read();
  const kept = ids.map(keyFor(account)).filter((key) => known.has(key));
  cache.change(new Map(kept.map((key) => [key, undefined])));
}

/** Other servers may have conversations of the same id. */
function keyFor({ settings }: Pick<Account, 'settings'>): (id: string) => string {
  return (id) => `${settings.baseUrl.value} ${id}`;
}

/** First words stay as they are; where nobody has said anything yet, somebody may have since. */
function isCurrent(name: KeptName | undefined, conversation: Conversation): boolean {
  return name !== undefined && (name[0] !== '' || name[1] === conversation.lastMessageAt);
}

/** A deleted conversation has no words. Any other failure ends the reading: names are not worth a wait. */
async function readAll(
  conversations: readonly Conversation[],
  client: Pick<Account['client'], 'getMessages'>,
  deadline: Deadline,
  signal: Signal,
): Promise<Map<string, KeptName>> {
  const names = new Map<string, KeptName>();
  let hasFailed = false;
  const read = async ({ id, lastMessageAt }: Conversation): Promise<void> => {
    if (hasFailed || deadline.isOver) return;
    try {
      const words = await readFirstWords((number) =>
        client.getMessages(id, { ...deadline.callOptions(signal), number }),
      );
      names.set(id, [words, lastMessageAt]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      hasFailed ||= error.kind !== 'not_found';
    }
  };
  const queue = conversations.values();
  const readers = Array.from({ length: AT_ONCE }, async () => {
    for (const conversation of queue) await read(conversation);
  });
  await Promise.all(readers);
  return names;
}
