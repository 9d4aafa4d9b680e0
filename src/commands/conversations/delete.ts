import type { Ask } from '../../account/calls.js';
import { AppError, exitCodeOf } from '../../base/errors.js';
import { errorJson, errorLines } from '../../base/text/error-report.js';
import { oneLine } from '../../base/text/sanitize.js';
import { jsonLine } from '../../base/text/well-formed.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import type { Conversation } from '../../conversations/conversation.js';
import { clockTime } from '../../conversations/details.js';
import { foundOrUndefined } from '../../conversations/find.js';
import { nameOf } from '../../conversations/metadata.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/output.js';
import { questionsOn } from '../../terminal/questions.js';
import { openProgress } from '../../terminal/status-line.js';
import { runWithAccount, type OpenedAccount } from '../options/account.js';
import { appearanceFor, isWatched, mayAsk, OUTPUT, proseLines } from '../options/output.js';
import { CONVERSATIONS_TARGET, idFor, REFERENCE } from './reference.js';

/** How many ids are shown, before they are deleted and of those that were not tried. */
const MAX_SHOWN = 20;

/** Deletes conversations for good; one that fails does not keep the others. */
export const deleteConversations = defineCommand({
  arguments: REFERENCE,
  flags: {
    target: CONVERSATIONS_TARGET,
    output: OUTPUT,
    confirmation: { yes: toggle('-y, --yes', 'do not ask') },
  },
  async run({ operands, target, output, confirmation: { yes } }, context) {
    if (!yes && !mayAsk(context)) {
      throw new AppError('usage', 'nobody can be asked whether to delete', {
        hint: 'add --yes to delete without asking',
      });
    }
    return runWithAccount({ target, output }, context, async (opened) => {
      // All names are known before anything is deleted.
      const all = new Set<string>();
      for (const each of operands) all.add(await idFor(each, opened));
      const ids = [...all];
      const options = { ...opened, output, context, print: await proseLines(target, context) };
      if (!yes && !(await isConfirmed(ids, options))) {
        const kept = { deleted: [], failed: [], notTried: ids };
        if (output.json) await openReport(kept, output.json, options).all();
        return 0;
      }
      const [first] = await deleteEach(ids, options);
      return first ? exitCodeOf(first.error) : 0;
    });
  },
});

interface DeleteOptions extends OpenedAccount {
  output: ValuesOf<typeof OUTPUT>;
  context: Context;
  /** A line on stderr. */
  print: (line: string) => void;
}

/** Shows what would be gone, and asks. Throws on Ctrl-C. */
async function isConfirmed(ids: readonly string[], options: DeleteOptions): Promise<boolean> {
  const { output, context, ask, print } = options;
  for (const id of ids.slice(0, MAX_SHOWN)) {
    const found = await ask((client, call) => client.getConversation(id, call));
    print(described(found));
  }
  if (ids.length > MAX_SHOWN) print(`… and ${ids.length - MAX_SHOWN} more`);
  const what = ids.length === 1 ? 'this conversation' : `these ${ids.length} conversations`;
  const questions = questionsOn(context, appearanceFor(output, context));
  const answer = await questions.confirm(`Delete ${what} for good?`);
  if (answer) return true;
  print('nothing was deleted');
  if (answer === undefined) throw new AppError('interrupted', 'interrupted');
  return false;
}

function described(conversation: Conversation): string {
  const { id, lastMessageAt } = conversation;
  return [id, oneLine(nameOf(conversation)), clockTime(lastMessageAt)]
    .filter((part) => part !== '')
    .join('  ');
}

/** Continues even if the reader of stdout is gone. */
async function deleteEach(ids: readonly string[], options: DeleteOptions): Promise<Failed[]> {
  const { output, context, ask } = options;
  const progress = openProgress(context, isWatched(context, output));
  const outcome: Outcome = { deleted: [], failed: [], notTried: [...ids] };
  context.outliveReader();
  const tell = openReport(outcome, output.json, options);
  try {
    for (const [index, id] of ids.entries()) {
      progress.show(() => `deleting ${index + 1} of ${ids.length}`);
      outcome.notTried.shift();
      const error = await failureOf(() => deleteOne(id, ask), context);
      if (error) outcome.failed.push({ id, error: error.with({ conversationId: id }) });
      else outcome.deleted.push(id);
      if (error) progress.end();
      await tell.one(id, error);
      if (error && !['not_found', 'api'].includes(error.kind)) break;
    }
  } finally {
    progress.end();
  }
  const { forgetFirstWords } = await import('../../account/first-words.js');
  forgetFirstWords(outcome.deleted, options);
  await tell.all();
  return outcome.failed;
}

/** How a task failed, if it did; being stopped ends it all. */
async function failureOf(
  task: () => Promise<void>,
  { signal }: Context,
): Promise<AppError | undefined> {
  try {
    await task();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    return error;
  }
}

/** A conversation that is missing at a second try was deleted by the first one. */
async function deleteOne(id: string, ask: Ask): Promise<void> {
  let tries = 0;
  await ask(async (client, call) => {
    const isRepeated = tries++ > 0;
    const gone = client.deleteConversation(id, call);
    await (isRepeated ? foundOrUndefined(gone) : gone);
  });
}

interface Failed {
  id: string;
  error: AppError;
}

/** The result so far. */
interface Outcome {
  deleted: string[];
  failed: Failed[];
  /** Ids that were left after a failure that concerns all of them. */
  notTried: string[];
}

interface ReportOptions {
  context: Pick<Context, 'stdout' | 'stderr'>;
  /** A line on stderr. */
  print: (line: string) => void;
}

interface DeleteReport {
  one(id: string, error: AppError | undefined): Promise<void>;
  /** The summary at the end. */
  all(): Promise<void>;
}

/** Tells what was done; when that cannot be written, what was not done is in the error. */
function openReport(
  outcome: Outcome,
  json: boolean,
  { context: { stdout, stderr }, print: complain }: ReportOptions,
): DeleteReport {
  const write = writerForReader(stdout);
  const print = async (text: string): Promise<void> => {
    try {
      await write(text);
    } catch (error) {
      throw error instanceof AppError ? error.with({ hint: tally(outcome) }) : error;
    }
  };
  return {
    async one(id, error) {
      if (json) return;
      if (error) errorLines(error.with({ conversationId: id })).forEach((line) => complain(line));
      else await print(`deleted ${id}\n`);
    },
    async all() {
      const { deleted, failed, notTried } = outcome;
      const all = { deleted, failed: failed.map(asJson), not_tried: notTried };
      if (json) await print(jsonLine(all));
      const failure = json ? failureOfAll(failed) : undefined;
      if (failure) stderr.write(jsonLine(errorJson(failure)));
      else if (!json && notTried.length > 0) complain(untried(notTried));
    },
  };
}

/** One error for a program that reads stderr: the first, which also decides the exit code. */
function failureOfAll([first, ...more]: readonly Failed[]): AppError | undefined {
  if (!first || more.length === 0) return first?.error;
  const message = `${first.error.message}; ${more.length} more could not be deleted`;
  return first.error.but({ message });
}

function tally({ deleted, notTried }: Outcome): string {
  const rest = notTried.length === 0 ? '' : `; ${untried(notTried)}`;
  return `${deleted.length} deleted${rest}`;
}

function untried(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_SHOWN).join(' ');
  const more = ids.length > MAX_SHOWN ? ` … and ${ids.length - MAX_SHOWN} more` : '';
  return `${ids.length} more ${ids.length === 1 ? 'was' : 'were'} not tried: ${shown}${more}`;
}

function asJson({ id, error }: Failed): object {
  return { id, ...errorJson(error) };
}
