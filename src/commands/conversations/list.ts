import type { Account } from '../../account/account.js';
import { finderOf } from '../../account/calls.js';
import { defineCommand } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import type { Conversation } from '../../conversations/conversation.js';
import { conversationCells, conversationJson } from '../../conversations/details.js';
import { channelAdvice, paginateConversations } from '../../conversations/list.js';
import type { Context } from '../../process/context.js';
import { paged } from '../../terminal/pager.js';
import { openProgress } from '../../terminal/status-line.js';
import { stylesFor } from '../../terminal/styles.js';
import { openTable } from '../../terminal/table.js';
import { jsonLine, jsonText } from '../../base/text/well-formed.js';
import { runWithAccount } from '../options/account.js';
import { isWatched, PAGED_OUTPUT, appearanceFor } from '../options/output.js';
import { CONVERSATIONS_TARGET } from './reference.js';
import { FILTERS, selectionOf, whereFor, type Filters, type Selection } from './selection.js';

/** How many are printed at once: a request's worth. */
const BATCH = 100;

/** How long a list waits for first words, in milliseconds. */
const FIRST_WORDS_MS = 1_000;

const WATCHING = {
  watch: toggle('--watch', 'then print each that starts or is used again, until Ctrl-C'),
};

/** The conversations that the filters choose, the latest used first. */
export const list = defineCommand({
  flags: {
    target: CONVERSATIONS_TARGET,
    output: PAGED_OUTPUT,
    filters: FILTERS,
    watching: WATCHING,
  },
  async run({ target, output, filters, watching: { watch } }, context) {
    const selection = selectionOf(filters, target.assistant, context);
    return runWithAccount({ target, output }, context, async ({ account, notices }) => {
      if (watch) {
        const { printWatched } = await import('./watch.js');
        const { list } = finderOf(account, context, MAX_LOOK_MS);
        const textOf = await (output.json ? jsonLines : rowsFor(account, output, context));
        const where = whereFor(selection, account);
        return printWatched({ context, notices, selection, textOf, list, where });
      }
      const outcome = { count: 0, hasMore: false };
      const isQuick = context.stdout.isTTY === true && filters.name === undefined;
      const hasProgress = !isQuick && isWatched(context, output);
      const found = selected(account, { selection, context, outcome, hasProgress });
      const textOf = await (output.json ? jsonRows() : rowsFor(account, output, context));
      await paged(context, output.pager, async (print) => {
        // Nothing is printed before the first request has succeeded.
        let start = output.json ? '{"conversations":[' : '';
        for await (const batch of found) {
          await print(start + (await textOf(batch)));
          start = '';
        }
        await print(start + (output.json ? `\n],"has_more":${outcome.hasMore}}\n` : ''));
      });
      const note = closingNote(outcome, filters, selection);
      if (note !== '') notices.notify(note);
      return 0;
    });
  },
});

/** A look of `--watch` that hangs is given up after this time, in milliseconds: another one follows. */
const MAX_LOOK_MS = 10_000;

interface ListOptions {
  selection: Selection;
  context: Context;
  outcome: { count: number; hasMore: boolean };
  /** Whether somebody waits for rows without seeing any. */
  hasProgress: boolean;
}

async function* selected(
  account: Account,
  { selection, context, outcome, hasProgress }: ListOptions,
): AsyncGenerator<Conversation[]> {
  const { limit, isNamed, isTooOld } = selection;
  const progress = openProgress(context, hasProgress);
  const walk = paginateConversations(finderOf(account, context).list, {
    where: whereFor(selection, account),
    // One more than is shown says whether there are more.
    firstLimit: selection.isByName ? BATCH : Math.min(BATCH, limit + 1),
    onGap: () => (outcome.hasMore = true),
  });
  let batch: Conversation[] = [];
  let looked = 0;
  for await (const conversation of walk) {
    looked++;
    progress.show(() => `looked at ${looked} conversations, ${outcome.count} match`);
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

function closingNote(
  { count, hasMore }: ListOptions['outcome'],
  { channel, all }: Filters,
  { limit }: Selection,
): string {
  if (hasMore) {
    return count < limit
      ? 'there may be more: too many were last used at the same moment'
      : `there are more: --limit ${count * 2} or --limit all shows them`;
  }
  if (count > 0) return '';
  const advice = channel === undefined ? '' : channelAdvice(channel);
  const others = all ? '' : '--all looks at those of all assistants';
  return ['no conversations', advice, others].filter((part) => part !== '').join('; ');
}

type TextOf = (conversations: readonly Conversation[]) => string | Promise<string>;

/** A table on a terminal, fields between tabs on a pipe. */
function rowsFor(
  account: Account,
  output: { color: boolean },
  context: Context,
): TextOf | Promise<TextOf> {
  return context.stdout.isTTY ? tableRows(account, output, context) : tabbedRows;
}

const tabbedRows: TextOf = (conversations) =>
  linesOf(conversations.map((each) => conversationCells(each, { now: undefined }).join('\t')));

/** Only people see first words: a script gets the same rows however fast the answers come. */
async function tableRows(
  account: Account,
  output: { color: boolean },
  context: Context,
): Promise<TextOf> {
  const { openFirstWords } = await import('../../account/first-words.js');
  const firstWordsOf = openFirstWords({ account, context, limitMs: FIRST_WORDS_MS });
  const { dim, bold, warning } = stylesFor(appearanceFor(output, context));
  const lines = openTable({
    columns: [
      { title: 'ID' },
      { title: 'NAME', gives: 'cut', style: bold },
      { title: 'LAST USED', gives: 'drop', style: dim },
      { title: 'CHANNEL', gives: 'drop' },
      { title: 'WITH', gives: 'drop' },
      { title: 'STATE', style: warning },
    ],
    width: () => context.stdout.columns || 80,
    styleTitle: dim,
  });
  const now = context.clock.now();
  return async (conversations) => {
    const words = await firstWordsOf(conversations, context.signal);
    return linesOf(
      lines(
        conversations.map((each) =>
          conversationCells(each, { now, firstWords: words.get(each.id) }),
        ),
      ),
    );
  };
}

/** The rows of one JSON array, batch by batch. */
function jsonRows(): TextOf {
  let separator = '\n';
  const row = (conversation: Conversation): string => {
    const text = separator + jsonText(conversationJson(conversation));
    separator = ',\n';
    return text;
  };
  return (conversations) => conversations.map(row).join('');
}

const jsonLines: TextOf = (conversations) =>
  conversations.map((each) => jsonLine(conversationJson(each))).join('');

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
