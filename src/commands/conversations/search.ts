import { AppError } from '../../base/errors.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { choice, toggle } from '../../command-line/flag.js';
import { channelAdvice, usedAt } from '../../conversations/list.js';
import {
  searchConversations,
  wordMatcher,
  wordsOf,
  type Matcher,
  type SearchedConversation,
  type SearchQuery,
} from '../../conversations/search.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/output.js';
import { duration } from '../../base/time.js';
import { openProgress, type Progress } from '../../terminal/status-line.js';
import { isWatched, OUTPUT, proseOn, REDACT, redactorFor } from '../options/output.js';
import { CONVERSATIONS_TARGET } from './reference.js';
import { searchPrinter } from './search-printer.js';
import {
  RECENT_FILTERS,
  recentSelection,
  withReader,
  type Reader,
  type Selection,
} from './selection.js';

const ROLES = ['user', 'assistant', 'tool'] as const;

const SEARCH = {
  regex: toggle('--regex', 'the words are a regular expression'),
  role: choice('--role <role>', 'only messages of this role', { choices: ROLES }),
  redact: REDACT,
};

const SEARCH_FILTERS = {
  ...RECENT_FILTERS,
  limit: { ...RECENT_FILTERS.limit, help: 'how many messages at most, or all' },
};

const SEARCH_NOTICE = 'searching the last 30 days; --since 365d searches a year';

/** Messages that say something, in the conversations that the filters choose. */
export const search = defineCommand({
  arguments: { words: { help: 'all of them in one message, in any case; "my name" is one' } },
  flags: { target: CONVERSATIONS_TARGET, output: OUTPUT, filters: SEARCH_FILTERS, search: SEARCH },
  async run({ operands, target, output, filters, search: flags }, context) {
    const selection = recentSelection(filters, target.assistant, context);
    const match = await matcherOf(operands, flags);
    const redactor = await redactorFor(flags.redact, 'printed');
    const notice = filters.since === undefined ? SEARCH_NOTICE : undefined;
    await withReader({ target, output, context, selection, notice }, async (reader) => {
      const { notices } = reader;
      const progress = openProgress(context, isWatched(context, output));
      const query = {
        match,
        role: flags.role,
        mask: redactor && ((text: string) => redactor.text(text)),
      };
      const run = { reader, context, selection, progress, query };
      const outcome: SearchOutcome = { searched: 0, found: 0, hasMore: false };
      const prose = await proseOn(context.stdout, target, context);
      const print = searchPrinter({ output, context, match, redactor, prose });
      try {
        await printAll(found(run, outcome), print, run);
      } finally {
        progress.end();
        notices.notify(closingNote(outcome, run, filters.channel));
        if (redactor) notices.notify(redactor.summary());
      }
    });
  },
});

async function matcherOf(
  words: readonly string[],
  { regex }: ValuesOf<typeof SEARCH>,
): Promise<Matcher> {
  const asked = words.filter((word) => word.trim() !== '');
  if (asked.length === 0) {
    throw new AppError('usage', 'words to search for are required', {
      hint: 'telnyx-chat conversations search opening hours',
    });
  }
  if (!regex) return wordMatcher(wordsOf(asked));
  const { timedPattern } = await import('../../conversations/timed-pattern.js');
  return timedPattern(asked.join(' '));
}

interface SearchOutcome {
  searched: number;
  /** Messages. */
  found: number;
  hasMore: boolean;
}

interface SearchRun {
  reader: Reader;
  context: Context;
  selection: Selection;
  query: Pick<SearchQuery, 'match' | 'role' | 'mask'>;
  progress: Progress;
}

/** In milliseconds: nobody sees such a delay. */
const WRITE_AFTER_MS = 20;
/** In characters. */
const MAX_UNWRITTEN = 65_536;

/** The conversations with hits, as they are found. */
async function* found(
  run: SearchRun,
  outcome: SearchOutcome,
): AsyncGenerator<SearchedConversation> {
  const { reader, progress } = run;
  const { limit, since } = run.selection;
  const query = { ...run.query, maxHits: limit + 1 };
  for await (const searched of searchConversations(reader.ports, query)) {
    outcome.searched++;
    progress.show(() => progressLine(usedAt(searched.conversation), since, outcome));
    const hits = searched.hits.slice(0, limit - outcome.found);
    outcome.hasMore = hits.length < searched.hits.length;
    outcome.found += hits.length;
    if (hits.length > 0) yield { ...searched, hits };
    if (outcome.hasMore) return;
  }
}

/** The list tells no total: what is left is the time that has not been searched. */
function progressLine(
  time: number,
  since: number | undefined,
  { searched, found }: SearchOutcome,
): string {
  const back = time > 0 ? ` back to ${new Date(time).toISOString().slice(0, 10)}` : '';
  const left = time > 0 && since !== undefined ? `, ${duration(time - since)} left` : '';
  return `searched ${conversationCount(searched)}${back}${left}; ${messageCount(found)} found`;
}

function conversationCount(count: number): string {
  return `${count} ${count === 1 ? 'conversation' : 'conversations'}`;
}

function messageCount(count: number): string {
  return `${count} ${count === 1 ? 'message' : 'messages'}`;
}

/** Writes together all that is found within a moment: each write takes as long as a search. */
async function printAll(
  all: AsyncIterable<SearchedConversation>,
  print: (searched: SearchedConversation) => string,
  { context: { stdout, clock }, progress }: SearchRun,
): Promise<void> {
  const write = writerForReader(stdout);
  let text = '';
  let writing: Promise<void> | undefined;
  const writeAll = async (): Promise<void> => {
    for (; text !== '';) {
      await clock.sleep(WRITE_AFTER_MS);
      const next = text;
      text = '';
      progress.end();
      await write(next);
    }
    writing = undefined;
  };
  try {
    for await (const searched of all) {
      text += print(searched);
      writing ??= writeAll();
      // It is awaited below; until then it is no failure that nobody sees.
      writing.catch(() => undefined);
      // A slow reader slows the search down.
      if (text.length > MAX_UNWRITTEN) await writing;
    }
  } finally {
    await writing;
  }
}

function closingNote(
  { searched, found, hasMore }: SearchOutcome,
  { reader: { unreadable }, context }: SearchRun,
  channel: string | undefined,
): string {
  const messages = `${messageCount(found)} found`;
  const where = `in ${conversationCount(searched)}`;
  if (context.signal.aborted) return `stopped: ${messages} ${where} so far`;
  if (hasMore) return `there are more: --limit ${found * 2} or --limit all shows them`;
  const advice = searched > 0 || channel === undefined ? '' : channelAdvice(channel);
  const failed = unreadable.length === 0 ? '' : `${unreadable.length} could not be read`;
  return [`${messages} ${where}`, failed, advice].filter((part) => part !== '').join('; ');
}
