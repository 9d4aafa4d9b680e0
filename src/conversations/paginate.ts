import type { Conversation, ConversationFilters } from './conversation.js';
import { instant } from './messages.js';

export type ListConversations = (filters: ConversationFilters) => Promise<Conversation[]>;

/** Conversations of one request; the API documents no limit. */
const DEFAULT_PAGE_SIZE = 100;
/** A page shorter than requested is the last one, if it is also shorter than any API would cap it. */
const MIN_CAP = 10;
/** A larger page is not requested, however many conversations have the same time. */
const MAX_PAGE_SIZE = 12_800;

export interface PaginateOptions {
  where: Record<string, string>;
  /** Size of the first page. */
  firstLimit?: number | undefined;
  /** Called when some may have been skipped. */
  onGap: () => void;
}

/**
 * The account's conversations, the latest used first. The API has no pages: each request asks for those
 * last used no later than the last one seen, and those already seen are dropped.
 */
export async function* paginateConversations(
  list: ListConversations,
  { where, firstLimit = DEFAULT_PAGE_SIZE, onGap }: PaginateOptions,
): AsyncGenerator<Conversation> {
  const seen = new SeenConversations();
  let limit = firstLimit;
  /** Size of the last page when all of it had been seen. */
  let staleSize: number | undefined;
  for (;;) {
    const page = await list({ limit, order: 'last_message_at.desc', where: seen.bounded(where) });
    const fresh = page.filter((each) => seen.isNew(each));
    yield* fresh;
    if (fresh.length > 0) {
      if (page.length < Math.min(limit, MIN_CAP)) return;
      seen.add(fresh);
      limit = Math.max(DEFAULT_PAGE_SIZE, limit);
      staleSize = undefined;
      continue;
    }
    const isCapped = page.length > 0 && page.length === staleSize;
    if (!isCapped && page.length < limit) return;
    if (isCapped || limit >= MAX_PAGE_SIZE) {
      onGap();
      // A server that ignores the filter would start over.
      if (!isCapped || !page.every((each) => seen.has(each))) return;
      seen.passTie();
    }
    limit = isCapped ? DEFAULT_PAGE_SIZE : limit * 2;
    staleSize = isCapped ? undefined : page.length;
  }
}

/** When a conversation was last used, in milliseconds since 1970; 0 when unknown. */
export function usedAt({ lastMessageAt, createdAt }: Conversation): number {
  return instant(lastMessageAt || createdAt);
}

/** The conversations that may come again: its memory does not grow with the list. */
class SeenConversations {
  readonly #times = new Map<string, number>();
  /** All that follow were last used no later. */
  #before = Infinity;

  has({ id }: Conversation): boolean {
    return this.#times.has(id);
  }

  isNew(conversation: Conversation): boolean {
    return !this.has(conversation) && usedAt(conversation) <= this.#before;
  }

  add(page: readonly Conversation[]): void {
    for (const each of page) this.#times.set(each.id, usedAt(each));
    const oldest = Math.min(...page.map(usedAt).filter((time) => time > 0));
    // Times may be cut to milliseconds: others in the same one may be a little later.
    this.#goBackTo(oldest + 1);
  }

  /** Skips the rest of the conversations that have the same time. */
  passTie(): void {
    this.#goBackTo(this.#before - 2);
  }

  #goBackTo(before: number): void {
    this.#before = Math.min(this.#before, before);
    for (const [id, time] of this.#times) if (time > this.#before) this.#times.delete(id);
  }

  bounded(where: Record<string, string>): Record<string, string> {
    if (this.#before === Infinity) return where;
    return { ...where, last_message_at: `lte.${new Date(this.#before).toISOString()}` };
  }
}
