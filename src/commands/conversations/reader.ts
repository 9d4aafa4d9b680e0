import type { Account } from '../../account/account.js';
import { finderWith, type Ask } from '../../account/calls.js';
import type { AppError } from '../../base/errors.js';
import { paced } from '../../base/paced.js';
import type { Conversation } from '../../conversations/conversation.js';
import { paginateConversations, type ListConversations } from '../../conversations/paginate.js';
import type { ReadManyPorts } from '../../conversations/read-many.js';
import type { Context } from '../../process/context.js';
import { whereFor, type Selection } from './selection.js';

interface ReaderOptions {
  account: Account;
  context: Context;
  selection: Selection;
  /** Collects the failures of conversations that cannot be read. */
  unreadable: AppError[];
}

/** More unreadable conversations mean that the API has failed. */
const MAX_UNREADABLE = 20;

/** Reads the conversations of a selection side by side. */
export function openReader({ account, context, selection, unreadable }: ReaderOptions): {
  ask: Ask;
  ports: ReadManyPorts;
} {
  const { client, settings } = account;
  const { clock, signal } = context;
  const call = paced({ clock, signal, timeoutMs: settings.timeoutMs.value });
  const ask: Ask = (request) => call((options) => request(client, options));
  const { list } = finderWith(ask);
  const where = whereFor(selection, account);
  const ports = {
    walk: () => chosen(list, where, selection),
    readPage: (id: string, number: number) =>
      ask((api, options) => api.getMessages(id, { ...options, number })),
    onUnreadable(error: AppError) {
      if (error.kind === 'not_found') return;
      if (error.kind !== 'api' || unreadable.length >= MAX_UNREADABLE) throw error;
      unreadable.push(error);
    },
  };
  return { ask, ports };
}

async function* chosen(
  list: ListConversations,
  where: Record<string, string>,
  { isTooOld, isNamed }: Selection,
): AsyncGenerator<Conversation> {
  for await (const each of paginateConversations(list, { where, onGap: () => undefined })) {
    if (isTooOld(each)) return;
    if (isNamed(each)) yield each;
  }
}

/** The rest is on stdout; the exit code says that something may be missing. */
export function throwUnreadable([first, ...more]: readonly AppError[]): void {
  if (!first) return;
  const others = more.length === 0 ? '' : `; ${more.length} more could not be read`;
  throw first.but({ message: `${first.message}${others}` });
}
