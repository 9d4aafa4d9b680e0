// Loaded late: only `--watch` needs it.
import type { Notices } from '../../account/account.js';
import { AppError, clauseOf, stoppedWith } from '../../base/errors.js';
import { isTransient } from '../../base/time.js';
import type { Conversation } from '../../conversations/conversation.js';
import { paginateConversations, usedAt, type ListConversations } from '../../conversations/list.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/output.js';
import type { Selection } from './selection.js';

/** Between two looks, in milliseconds, while conversations move; and at most, when none does. */
const POLL_MS = 1_000;
const MAX_POLL_MS = 10_000;
const SLOWER = 1.5;
/** Without a move for this time, it looks less often. */
const ACTIVE_MS = 30_000;
/** A conversation may appear in the list this much later than one that was used after it. */
const MAX_LATE_MS = 10_000;
/** Number of conversations that a look asks for first; the very first look asks for whole pages. */
const FRONT = 20;

interface WatchOptions {
  list: ListConversations;
  where: Record<string, string>;
  selection: Selection;
  context: Context;
  notices: Notices;
  /** Formats conversations for stdout. */
  textOf: (conversations: readonly Conversation[]) => string | Promise<string>;
}

/** Prints the conversations, then each that begins or moves, the latest at the bottom, until a stop: its exit code. */
export function printWatched(options: WatchOptions): Promise<number> {
  return watch(options).catch(stoppedWith);
}

async function watch(options: WatchOptions): Promise<never> {
  const { clock, signal, stdout } = options.context;
  const write = writerForReader(stdout);
  const watched = new WatchedList(options);
  let movedAt = clock.monotonic();
  for (let waitMs = POLL_MS; ;) {
    const moved = await watched.look();
    if (moved.length > 0) {
      await write(await options.textOf(moved));
      waitMs = POLL_MS;
      movedAt = clock.monotonic();
    } else if (clock.monotonic() - movedAt > ACTIVE_MS) {
      waitMs = Math.min(waitMs * SLOWER, MAX_POLL_MS);
    }
    await clock.sleep(waitMs, signal);
  }
}

class WatchedList {
  readonly #options: WatchOptions;
  /** When each was last used that is still at the front of the list. */
  #known = new Map<string, number>();
  #latest: number | undefined;
  #isTroubled = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The conversations that are new or were used since the last look, the latest last. */
  async look(): Promise<Conversation[]> {
    const { notices } = this.#options;
    try {
      const moved = await this.#moved();
      if (this.#isTroubled) notices.notify('the list can be read again');
      this.#isTroubled = false;
      return moved;
    } catch (error) {
      if (!(error instanceof AppError) || !isTransient(error)) throw error;
      if (!this.#isTroubled) {
        notices.notify(`the list cannot be read at the moment: ${clauseOf(error)}; still trying`);
      }
      this.#isTroubled = true;
      return [];
    }
  }

  async #moved(): Promise<Conversation[]> {
    const { list, where, selection } = this.#options;
    const isFirst = this.#latest === undefined;
    let latest = this.#latest ?? 0;
    const firstLimit = isFirst ? undefined : FRONT;
    const seen = new Map<string, number>();
    const moved: Conversation[] = [];
    const pages = { where, firstLimit, onGap: () => undefined };
    for await (const each of paginateConversations(list, pages)) {
      const time = usedAt(each);
      latest = Math.max(latest, time);
      const isChosen = moved.length < selection.limit && !selection.isTooOld(each);
      if (time < latest - MAX_LATE_MS && !(isFirst && isChosen)) break;
      seen.set(each.id, time);
      const isNew = this.#known.get(each.id) !== time;
      if (isNew && (isChosen || !isFirst) && selection.isNamed(each)) moved.push(each);
    }
    this.#known = seen;
    this.#latest = latest;
    return moved.reverse();
  }
}
