import type { Account } from '../../account/account.js';
import { finderOf, withAccount } from '../../account/calls.js';
import { defineCommand } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import type { Conversation } from '../../conversations/conversation.js';
import { conversationCells, conversationJson } from '../../conversations/details.js';
import { channelAdvice, paginateConversations } from '../../conversations/list.js';
import type { FirstWordsOf } from '../../conversations/excerpt.js';
import type { Context } from '../../process/context.js';
import { paged } from '../../terminal/pager.js';
import { openProgress } from '../../terminal/status-line.js';
import { stylesFor } from '../../terminal/styles.js';
import { openTable } from '../../terminal/table.js';
import { jsonText } from '../../base/text/well-formed.js';
import { isWatched, noticesOn, PAGED_OUTPUT, appearanceFor } from '../options/output.js';
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
    const notices = await noticesOn(context, { ...target, ...output });
    let code = 0;
    await withAccount(target, { context, notices }, async (account) => {
      const firstWords = await firstWordsFor(account, output, context);
      if (watch) {
        const { printWatched } = await import('./watch.js');
        const { list } = finderOf(account, context, MAX_LOOK_MS);
        const printer = conversationPrinter({ ...output, json: false }, context);
        const where = whereFor(selection, account);
        const given = { context, notices, selection, printer, firstWords, isJson: output.json };
        code = await printWatched({ ...given, list, where });
        return;
      }
      const outcome = { count: 0, hasMore: false };
      const isQuick = context.stdout.isTTY === true && filters.name === undefined;
      const hasProgress = !isQuick && isWatched(context, output);
      const found = selected(account, { selection, context, outcome, hasProgress });
      await paged(context, output.pager, async (print) => {
        const printer = conversationPrinter(output, context);
        // Nothing is printed before the first request has succeeded.
        let start = printer.begin();
        for await (const batch of found) {
          await print(start + printer.rows(batch, await firstWords?.(batch, context.signal)));
          start = '';
        }
        await print(start + printer.end(outcome.hasMore));
      });
      const note = closingNote(outcome, filters, selection);
      if (note !== '') notices.notify(note);
    });
    return code;
  },
});

/** A look of `--watch` that hangs is given up after this time, in milliseconds: another one follows. */
const MAX_LOOK_MS = 10_000;

/** Only people see first words: a script gets the same rows however fast the answers come. */
async function firstWordsFor(
  account: Account,
  { json }: { json: boolean },
  context: Context,
): Promise<FirstWordsOf | undefined> {
  if (json || context.stdout.isTTY !== true) return undefined;
  const { openFirstWords } = await import('../../account/first-words.js');
  return openFirstWords({ account, context, limitMs: FIRST_WORDS_MS });
}

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

/** Conversations as text that grows. */
interface ConversationPrinter {
  begin(): string;
  /** `firstWords` by id, for those without a name. */
  rows(conversations: readonly Conversation[], firstWords?: ReadonlyMap<string, string>): string;
  end(hasMore: boolean): string;
}

interface Printing {
  json: boolean;
  color: boolean;
}

/** A table on a terminal, fields between tabs on a pipe, one object with `--json`. */
function conversationPrinter(output: Printing, context: Context): ConversationPrinter {
  if (output.json) return jsonPrinter();
  const rows = context.stdout.isTTY ? tableRows(output, context) : tabbedRows;
  return { begin: () => '', rows: (batch, words) => linesOf(rows(batch, words)), end: () => '' };
}

type Rows = (
  conversations: readonly Conversation[],
  firstWords: ReadonlyMap<string, string> | undefined,
) => string[];

const tabbedRows: Rows = (conversations) =>
  conversations.map((each) => conversationCells(each, { now: undefined }).join('\t'));

function tableRows(output: Printing, context: Context): Rows {
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
  return (conversations, words) =>
    lines(
      conversations.map((each) =>
        conversationCells(each, { now, firstWords: words?.get(each.id) }),
      ),
    );
}

function jsonPrinter(): ConversationPrinter {
  let separator = '\n';
  const row = (conversation: Conversation): string => {
    const text = separator + jsonText(conversationJson(conversation));
    separator = ',\n';
    return text;
  };
  return {
    begin: () => '{"conversations":[',
    rows: (conversations) => conversations.map(row).join(''),
    end: (hasMore) => `\n],"has_more":${hasMore}}\n`,
  };
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
