// Loaded late: only `--watch` needs it.
import type { Notices } from '../../account/account.js';
import { AppError, stoppedWith } from '../../base/errors.js';
import { isTransient } from '../../base/retry.js';
import type { Conversation } from '../../conversations/conversation.js';
import type { FirstWordsOf } from '../../conversations/first-words.js';
import { conversationJson } from '../../conversations/json.js';
import {
  paginateConversations,
  usedAt,
  type ListConversations,
} from '../../conversations/paginate.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/write.js';
import { jsonLine } from '../../text/json-line.js';
import type { ConversationPrinter } from './list-printer.js';
import type { Selection } from './selection.js';

/** Between two looks, in milliseconds: shorter while conversations move. */
const POLL_MS = 2_000;
const MAX_POLL_MS = 10_000;
const SLOWER = 1.5;

interface WatchOptions {
  list: ListConversations;
  where: Record<string, string>;
  selection: Selection;
  context: Context;
  notices: Notices;
  printer: ConversationPrinter;
  firstWords: FirstWordsOf | undefined;
  isJson: boolean;
}

/** Prints the conversations, then each that begins or moves, the latest at the bottom, until a stop: its exit code. */
export function printWatched(options: WatchOptions): Promise<number> {
  return watch(options).catch(stoppedWith);
}

async function watch(options: WatchOptions): Promise<never> {
  const { context, printer, isJson } = options;
  const { clock, signal, stdout } = context;
  const write = writerForReader(stdout);
  const watched = new WatchedList(options);
  for (let waitMs = POLL_MS; ;) {
    const moved = await watched.look();
    const lines = (each: Conversation): string => jsonLine(conversationJson(each));
    if (moved.length > 0) {
      const words = await options.firstWords?.(moved, signal);
      await write(isJson ? moved.map(lines).join('') : printer.rows(moved, words));
      waitMs = POLL_MS;
    } else waitMs = Math.min(waitMs * SLOWER, MAX_POLL_MS);
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
        notices.notify(`the list cannot be read for the moment: ${error.message}; still trying`);
      }
      this.#isTroubled = true;
      return [];
    }
  }

  async #moved(): Promise<Conversation[]> {
    const { list, where, selection } = this.#options;
    const isFirst = this.#latest === undefined;
    const seen = new Map<string, number>();
    const moved: Conversation[] = [];
    for await (const each of paginateConversations(list, { where, onGap: () => undefined })) {
      const time = usedAt(each);
      const isOver = isFirst
        ? moved.length === selection.limit || selection.isTooOld(each)
        : time < (this.#latest ?? 0);
      if (isOver) break;
      seen.set(each.id, time);
      if (selection.isNamed(each) && this.#known.get(each.id) !== time) moved.push(each);
    }
    this.#known = seen;
    this.#latest = Math.max(this.#latest ?? 0, ...seen.values());
    return moved.reverse();
  }
}
