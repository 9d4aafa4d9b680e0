import type { Account, Notices } from '../../account/account.js';
import { finderWith, type Ask } from '../../account/calls.js';
import { createBulkTransport } from '../../api/bulk-transport.js';
import { AppError } from '../../base/errors.js';
import { paced } from '../../base/side-by-side.js';
import type { ValuesOf } from '../../command-line/command.js';
import { text, texts, toggle } from '../../command-line/flag.js';
import type { Conversation } from '../../conversations/conversation.js';
import { CHANNEL_KEY, NUMBER_KEY } from '../../conversations/details.js';
import {
  checkedChannel,
  checkedNumber,
  sinceTime,
  usedAt,
  paginateConversations,
  type ListConversations,
} from '../../conversations/list.js';
import { parsedMetadata, nameOf } from '../../conversations/metadata.js';
import type { ReadManyPorts } from '../../conversations/read-many.js';
import type { Context } from '../../process/context.js';
import { runWithAccount, type AccountValues } from '../options/account.js';

/** Which conversations to list. */
export const FILTERS = {
  limit: { ...text('--limit <number>', 'how many at most, or all'), default: '30' },
  all: toggle('--all', 'those of all assistants'),
  channel: text(
    '--channel <name>',
    'those that began on it: phone_call, web_call, sms_chat, web_chat, whatsapp_chat',
    { completes: 'channels' },
  ),
  number: text('--with <number>', 'those with this phone number: +13125550100'),
  since: text('--since <time>', 'those used since: 2h, 3d, 2026-01-31, 2026-01-31T09:00Z'),
  meta: texts('--meta <key=value>', 'those with this metadata (repeatable)'),
  name: text('--name <text>', 'those with this in their name'),
};

const USUAL_SINCE = '30d';

/** The same for commands that read all messages, of the last days by default. */
export const RECENT_FILTERS = {
  ...FILTERS,
  since: {
    ...FILTERS.since,
    help: `those used since: 2h, 3d, 2026-01-31; ${USUAL_SINCE} unless given`,
  },
};

export type Filters = ValuesOf<typeof FILTERS>;

/** The filters, read. */
export interface Selection {
  /** Infinity for all. */
  limit: number;
  isOfAll: boolean;
  isByName: boolean;
  /** The time that was given, in milliseconds. */
  since: number | undefined;
  /** Filters for the API. */
  where: Record<string, string>;
  /** A filter that the API lacks: part of a name, in any case. */
  isNamed: (conversation: Conversation) => boolean;
  /** Last used before the time that was given: so are all that follow. */
  isTooOld: (conversation: Conversation) => boolean;
}

/** The selection that flags ask for. Throws on any that cannot be right. */
export function selectionOf(
  filters: Filters,
  assistant: string | undefined,
  { clock }: Pick<Context, 'clock'>,
): Selection {
  const { name, since, all, limit = '' } = filters;
  if (all && assistant !== undefined) {
    throw new AppError('usage', '--all and --assistant exclude each other', {
      hint: 'leave out --all for those of one assistant, --assistant for those of all',
    });
  }
  const from = since === undefined ? undefined : sinceTime(since, clock.now());
  return {
    limit: limitOf(limit),
    isOfAll: all,
    isByName: name !== undefined,
    since: from,
    where: whereOf(filters),
    isNamed: (each) =>
      name === undefined || nameOf(each).toLowerCase().includes(name.toLowerCase()),
    // Without a time of its own, nothing is known of it.
    isTooOld: (each) => from !== undefined && usedAt(each) > 0 && usedAt(each) < from,
  };
}

/** The selection of `RECENT_FILTERS`. */
export function recentSelection(
  filters: Filters,
  assistant: string | undefined,
  context: Pick<Context, 'clock'>,
): Selection {
  return selectionOf({ ...filters, since: filters.since ?? USUAL_SINCE }, assistant, context);
}

/** The filters for the API; without `--all`, of the effective assistant if there is one. */
export function whereFor(
  { isOfAll, where }: Selection,
  { settings }: Pick<Account, 'settings'>,
): Record<string, string> {
  const id = settings.assistantId?.value;
  return isOfAll || id === undefined ? where : { 'metadata->assistant_id': `eq.${id}`, ...where };
}

function whereOf({ channel, number, meta }: Filters): Record<string, string> {
  const given = parsedMetadata(meta);
  const metadata = {
    ...(channel !== undefined && { [CHANNEL_KEY]: checkedChannel(channel) }),
    ...(number !== undefined && { [NUMBER_KEY]: checkedNumber('--with', number) }),
    ...given,
  };
  const pairs = Object.entries(metadata);
  return Object.fromEntries(pairs.map(([key, value]) => [`metadata->${key}`, `eq.${value}`]));
}

function limitOf(text: string): number {
  if (text === 'all') return Infinity;
  const limit = Number(text);
  if (/^\d{1,9}$/.test(text) && limit > 0) return limit;
  throw new AppError('usage', `bad --limit ${JSON.stringify(text)}`, {
    hint: 'give a whole number from 1 on, or all',
  });
}

/** More unreadable conversations mean that the API has failed. */
const MAX_UNREADABLE = 20;

interface ReaderOptions extends Omit<AccountValues, 'openTransport'> {
  context: Context;
  selection: Selection;
  /** Said at first. */
  notice: string | undefined;
}

/** Reads the conversations of a selection, with a page of the messages of each. */
export interface Reader {
  ask: Ask;
  ports: ReadManyPorts;
  notices: Notices;
  /** The failures of conversations that cannot be read. */
  unreadable: readonly AppError[];
}

/** Runs a task that reads conversations side by side. Throws when some of them could not be read. */
export function withReader(
  { context, selection, notice, ...values }: ReaderOptions,
  task: (reader: Reader) => Promise<void>,
): Promise<void> {
  const opening = { ...values, openTransport: createBulkTransport };
  return runWithAccount(opening, context, async ({ account, notices }) => {
    if (notice !== undefined) notices.notify(notice);
    const unreadable: AppError[] = [];
    const { clock, signal } = context;
    const call = paced({ clock, signal, timeoutMs: account.settings.timeoutMs.value });
    const ask: Ask = (request) => call((options) => request(account.client, options));
    const ports = {
      walk: () => chosen(finderWith(ask).list, whereFor(selection, account), selection),
      readPage: (id: string, number: number) =>
        ask((client, options) => client.getMessages(id, { ...options, number })),
      onUnreadable(error: AppError) {
        if (error.kind === 'not_found') return;
        if (error.kind !== 'api' || unreadable.length >= MAX_UNREADABLE) throw error;
        unreadable.push(error);
      },
    };
    await task({ ask, ports, notices, unreadable });
    throwUnreadable(unreadable);
  });
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
function throwUnreadable([first, ...more]: readonly AppError[]): void {
  if (!first) return;
  const others = more.length === 0 ? '' : `; ${more.length} more could not be read`;
  throw first.but({ message: `${first.message}${others}` });
}
