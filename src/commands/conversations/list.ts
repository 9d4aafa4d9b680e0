import { askerOf, finderWith, withAccount } from '../../account/calls.js';
import type { Context } from '../../process/context.js';
import type { Conversation } from '../../conversations/conversation.js';
import { channelAdvice } from '../../conversations/filters.js';
import { paginateConversations } from '../../conversations/paginate.js';
import { isSilent, type Account } from '../../account/account.js';
import { paged } from '../../terminal/pager.js';
import { openProgress } from '../../terminal/progress.js';
import { conversationPrinter } from './list-printer.js';
import type { ListFlags } from './options.js';
import { selectionOf, type Selection } from './selection.js';

/** So many are printed at once: a request's worth. */
const BATCH = 100;

/** The conversations that flags choose, the latest used first. */
export async function list(flags: ListFlags, context: Context): Promise<void> {
  const selection = selectionOf(flags, context);
  await withAccount(flags, context, async (account) => {
    const outcome = { count: 0, hasMore: false };
    const found = chosen(account, { flags, selection, context, outcome });
    await paged(context, flags.pager, async (print) => {
      const printer = conversationPrinter(flags, context);
      // Nothing is printed before the first request has succeeded.
      let start = printer.begin();
      for await (const batch of found) {
        await print(start + printer.rows(batch));
        start = '';
      }
      await print(start + printer.end(outcome.hasMore));
    });
    if (!isSilent(flags)) context.stderr.write(closingNote(outcome, flags));
  });
}

interface Choosing {
  flags: ListFlags;
  selection: Selection;
  context: Context;
  outcome: { count: number; hasMore: boolean };
}

async function* chosen(
  account: Account,
  { flags, selection, context, outcome }: Choosing,
): AsyncGenerator<Conversation[]> {
  const { limit, isNamed, isTooOld } = selection;
  const isSought = flags.name !== undefined;
  const progress = openProgress(context, isWatched(flags, context));
  const walk = paginateConversations(finderWith(askerOf(account, context)).list, {
    where: { ...ofAssistant(flags, account), ...selection.where },
    // One more than is shown says whether there are more.
    firstLimit: isSought ? BATCH : Math.min(BATCH, limit + 1),
    onGap: () => (outcome.hasMore = true),
  });
  let batch: Conversation[] = [];
  let looked = 0;
  for await (const conversation of walk) {
    progress.show(`${++looked} conversations, ${outcome.count} of them meant`);
    if (isTooOld(conversation)) break;
    if (!isNamed(conversation)) continue;
    if (outcome.count === limit) {
      outcome.hasMore = true;
      break;
    }
    outcome.count++;
    batch.push(conversation);
    if (batch.length < BATCH) continue;
    progress.end();
    yield batch;
    batch = [];
  }
  progress.end();
  if (batch.length > 0) yield batch;
}

/** On a terminal the rows themselves show that it goes on, unless a name is sought among many. */
function isWatched(flags: ListFlags, { stdout, stderr }: Context): boolean {
  const isQuick = stdout.isTTY === true && flags.name === undefined;
  return stderr.isTTY === true && !isQuick && !isSilent(flags);
}

function ofAssistant({ all }: ListFlags, { settings }: Account): Record<string, string> {
  const id = settings.assistantId?.value;
  return all || id === undefined ? {} : { 'metadata->assistant_id': `eq.${id}` };
}

function closingNote({ count, hasMore }: Choosing['outcome'], flags: ListFlags): string {
  if (hasMore) {
    return count < limitIn(flags)
      ? 'there may be more: too many were last used at the same moment\n'
      : `there are more: --limit ${count * 2} or --limit all shows them\n`;
  }
  if (count > 0) return '';
  const advice = flags.channel === undefined ? '' : channelAdvice(flags.channel);
  const others = flags.all ? '' : '--all looks at those of all assistants';
  return `${['no conversations', advice, others].filter((part) => part !== '').join('; ')}\n`;
}

function limitIn({ limit }: ListFlags): number {
  return limit === 'all' ? Infinity : Number(limit);
}
