import type { Conversation, ConversationFilters } from './conversation.js';
import { instant } from './messages.js';

export type ListConversations = (filters: ConversationFilters) => Promise<Conversation[]>;

/** How many are asked for at once; the API names no most. */
const PAGE_SIZE = 100;
/** Fewer than asked for means that there are no more, if it is fewer than any API gives at most. */
const MIN_CAP = 10;
/** So many of one and the same time are still asked for at once. */
const MAX_PAGE_SIZE = 12_800;

export interface PaginateOptions {
  where: Record<string, string>;
  /** How many are asked for first. */
  firstLimit?: number | undefined;
  /** Told when some may have been passed over. */
  onGap: () => void;
}

/**
 * The account's conversations, the latest used first. The API has no pages: each request asks for
 * those that were last used no later than the last one seen, and what was seen is passed over.
 */
export async function* paginateConversations(
  list: ListConversations,
  { where, firstLimit: first = PAGE_SIZE, onGap }: PaginateOptions,
): AsyncGenerator<Conversation> {
  const seen = new Seen();
  let limit = first;
  /** How many came when all of them had been seen. */
  let stale: number | undefined;
  for (;;) {
    const page = await list({ limit, order: 'last_message_at.desc', where: seen.bounded(where) });
    const fresh = page.filter((each) => seen.isNew(each));
    yield* fresh;
    if (fresh.length > 0) {
      if (page.length < Math.min(limit, MIN_CAP)) return;
      seen.add(fresh);
      limit = Math.max(PAGE_SIZE, limit);
      stale = undefined;
      continue;
    }
    const isCapped = page.length > 0 && page.length === stale;
    if (!isCapped && page.length < limit) return;
    if (isCapped || limit >= MAX_PAGE_SIZE) {
      onGap();
      // Who does not filter begins again from the start.
      if (!isCapped || !page.every((each) => seen.has(each))) return;
      seen.passTie();
    }
    limit = isCapped ? PAGE_SIZE : limit * 2;
    stale = isCapped ? undefined : page.length;
  }
}

/** When a conversation was last used, in milliseconds since 1970; 0 when nobody knows. */
export function usedAt({ lastMessageAt, createdAt }: Conversation): number {
  return instant(lastMessageAt || createdAt);
}

/** What a walk has seen, as far as it can come again: memory does not grow with the walk. */
class Seen {
  readonly #times = new Map<string, number>();
  /** Whatever comes from now on was last used no later. */
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
    // Shown times may be cut to milliseconds: what lies in the same one may be a little later.
    this.#goBackTo(oldest + 1);
  }

  /** Goes on before the times that cannot be told apart. */
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
