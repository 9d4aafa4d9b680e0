import { withAccount } from '../../account/calls.js';
import { createBulkTransport } from '../../api/bulk-transport.js';
import { AppError } from '../../base/errors.js';
import { defineCommand } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import { channelAdvice } from '../../conversations/list.js';
import { batchesOf, readMany } from '../../conversations/read-many.js';
import { ConversationCounts, Stats } from '../../conversations/stats.js';
import type { Account } from '../../account/account.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/output.js';
import { openProgress } from '../../terminal/status-line.js';
import { isWatched, noticesOn, OUTPUT, proseOn } from '../options/output.js';
import { openReader, throwUnreadable, FILTERS, selectionOf, type Selection } from './selection.js';
import { CONVERSATIONS_TARGET } from './reference.js';
import { statsText } from './stats-printer.js';

const USUAL_SINCE = '30d';

const STATS_FILTERS = {
  ...FILTERS,
  limit: { ...FILTERS.limit, default: 'all' },
  since: {
    ...FILTERS.since,
    help: `those used since: 2h, 3d, 2026-01-31; ${USUAL_SINCE} unless given`,
  },
};

const FORMAT = {
  csv: toggle('--csv', 'print a line for each day and channel', { conflicts: 'json' }),
};

/** How many conversations, turns and tool calls there were, and how long answers took. */
export const stats = defineCommand({
  flags: { target: CONVERSATIONS_TARGET, output: OUTPUT, filters: STATS_FILTERS, format: FORMAT },
  async run({ target, output, filters, format: { csv } }, context) {
    const since = filters.since ?? USUAL_SINCE;
    const selection = selectionOf({ ...filters, since }, target.assistant, context);
    const notices = await noticesOn(context, { ...target, ...output });
    const options = { context, notices, openTransport: createBulkTransport };
    await withAccount(target, options, async (account) => {
      if (filters.since === undefined) {
        notices.notify('counting the last 30 days; --since 365d counts a year');
      }
      const counted: Counted = { stats: new Stats(), count: 0, hasMore: false, unreadable: [] };
      let failure: AppError | undefined;
      try {
        const hasProgress = isWatched(context, output);
        await countAll(counted, { account, context, selection, hasProgress });
      } catch (error) {
        // The counts so far are still right.
        if (!(error instanceof AppError) || counted.count === 0) throw error;
        failure = error;
      }
      const isComplete = !counted.hasMore && !failure && counted.unreadable.length === 0;
      const write = writerForReader(context.stdout);
      const prose = await proseOn(context.stdout, target, context);
      await write(statsText(counted.stats, { ...output, csv, isComplete, context, prose }));
      notices.notify(closingNote(counted, failure, filters.channel));
      if (failure) throw failure;
      throwUnreadable(counted.unreadable);
    });
  },
});

interface Counted {
  stats: Stats;
  /** Conversations. */
  count: number;
  hasMore: boolean;
  unreadable: AppError[];
}

interface CountOptions {
  account: Account;
  context: Context;
  selection: Selection;
  /** Whether somebody sees progress on stderr. */
  hasProgress: boolean;
}

async function countAll(
  counted: Counted,
  { account, context, selection, hasProgress }: CountOptions,
): Promise<void> {
  const { unreadable } = counted;
  const { ask, ports } = openReader({ account, context, selection, unreadable });
  const progress = openProgress(context, hasProgress);
  const begin = (...args: ConstructorParameters<typeof ConversationCounts>): ConversationCounts =>
    new ConversationCounts(...args);
  const all = readMany(ports, begin, async (conversation, counts) => {
    for await (const { messages } of batchesOf(conversation, ports.readPage)) counts.add(messages);
    const insights = await ask((client, call) => client.listInsights(conversation.id, call));
    counts.addInsights(insights.length);
  });
  try {
    for await (const counts of all) {
      counted.hasMore = counted.count === selection.limit;
      if (counted.hasMore) return;
      counted.count++;
      counted.stats.add(counts.finished());
      progress.show(() => `counted ${counted.count} conversations`);
    }
  } finally {
    progress.end();
  }
}

function closingNote(
  { count, hasMore, unreadable }: Counted,
  failure: AppError | undefined,
  channel: string | undefined,
): string {
  const counted = `${count} ${count === 1 ? 'conversation' : 'conversations'} counted`;
  if (failure) return `stopped: ${counted} so far`;
  if (hasMore) return `there are more: --limit ${count * 2} or --limit all counts them`;
  const advice = count > 0 || channel === undefined ? '' : channelAdvice(channel);
  const failed = unreadable.length === 0 ? '' : `${unreadable.length} could not be read whole`;
  return [counted, failed, advice].filter((part) => part !== '').join('; ');
}
