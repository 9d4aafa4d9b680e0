import { AppError } from '../../base/errors.js';
import { defineCommand } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import { channelAdvice } from '../../conversations/list.js';
import { batchesOf, readMany } from '../../conversations/read-many.js';
import { ConversationCounts, Stats } from '../../conversations/stats.js';
import { writerForReader } from '../../process/output.js';
import { openProgress, type Progress } from '../../terminal/status-line.js';
import { isWatched, OUTPUT, proseOn } from '../options/output.js';
import { CONVERSATIONS_TARGET } from './reference.js';
import {
  RECENT_FILTERS,
  recentSelection,
  withReader,
  type Reader,
  type Selection,
} from './selection.js';
import { statsText } from './stats-printer.js';

const STATS_FILTERS = {
  ...RECENT_FILTERS,
  limit: { ...RECENT_FILTERS.limit, default: 'all' },
};

const STATS_NOTICE = 'counting the last 30 days; --since 365d counts a year';

const FORMAT = {
  csv: toggle('--csv', 'print a line for each day and channel', { conflicts: 'json' }),
};

/** How many conversations, turns and tool calls there were, and how long answers took. */
export const stats = defineCommand({
  flags: { target: CONVERSATIONS_TARGET, output: OUTPUT, filters: STATS_FILTERS, format: FORMAT },
  async run({ target, output, filters, format: { csv } }, context) {
    const selection = recentSelection(filters, target.assistant, context);
    const notice = filters.since === undefined ? STATS_NOTICE : undefined;
    await withReader({ target, output, context, selection, notice }, async (reader) => {
      const counted: Counted = { stats: new Stats(), count: 0, hasMore: false };
      const progress = openProgress(context, isWatched(context, output));
      let failure: AppError | undefined;
      try {
        await countAll(counted, { reader, selection, progress });
      } catch (error) {
        // The counts so far are still right.
        if (!(error instanceof AppError) || counted.count === 0) throw error;
        failure = error;
      } finally {
        progress.end();
      }
      const isComplete = !counted.hasMore && !failure && reader.unreadable.length === 0;
      const write = writerForReader(context.stdout);
      const prose = await proseOn(context.stdout, target, context);
      await write(statsText(counted.stats, { ...output, csv, isComplete, context, prose }));
      const note = closingNote(counted, reader.unreadable, filters.channel);
      reader.notices.notify(failure ? `stopped: ${countedText(counted)} so far` : note);
      if (failure) throw failure;
    });
  },
});

interface Counted {
  stats: Stats;
  /** Conversations. */
  count: number;
  hasMore: boolean;
}

interface CountOptions {
  reader: Reader;
  selection: Selection;
  progress: Progress;
}

async function countAll(
  counted: Counted,
  { reader: { ask, ports }, selection, progress }: CountOptions,
): Promise<void> {
  const begin = (...args: ConstructorParameters<typeof ConversationCounts>): ConversationCounts =>
    new ConversationCounts(...args);
  const all = readMany(ports, begin, async (conversation, counts) => {
    for await (const { messages } of batchesOf(conversation, ports.readPage)) counts.add(messages);
    const insights = await ask((client, call) => client.listInsights(conversation.id, call));
    counts.addInsights(insights.length);
  });
  for await (const counts of all) {
    counted.hasMore = counted.count === selection.limit;
    if (counted.hasMore) return;
    counted.count++;
    counted.stats.add(counts.finished());
    progress.show(() => `counted ${counted.count} conversations`);
  }
}

function countedText({ count }: Counted): string {
  return `${count} ${count === 1 ? 'conversation' : 'conversations'} counted`;
}

function closingNote(
  counted: Counted,
  unreadable: readonly AppError[],
  channel: string | undefined,
): string {
  const { count, hasMore } = counted;
  if (hasMore) return `there are more: --limit ${count * 2} or --limit all counts them`;
  const advice = count > 0 || channel === undefined ? '' : channelAdvice(channel);
  const failed = unreadable.length === 0 ? '' : `${unreadable.length} could not be read whole`;
  return [countedText(counted), failed, advice].filter((part) => part !== '').join('; ');
}
