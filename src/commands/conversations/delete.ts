import type { Ask } from '../../account/calls.js';
import { AppError, clauseOf, exitCodeOf } from '../../base/errors.js';
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
      const outcome: Outcome = { deleted: [], failed: [], notTried: ids };
      if (yes || (await isConfirmed(ids, options))) await deleteEach(outcome, options);
      else if (output.json) await report(outcome, options);
      const [first] = outcome.failed;
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
async function deleteEach(outcome: Outcome, options: DeleteOptions): Promise<void> {
  const { output, context, ask, print } = options;
  const ids = outcome.notTried;
  const progress = openProgress(context, isWatched(context, output));
  context.outliveReader();
  const write = openWriter(outcome, context);
  try {
    for (const [index, id] of ids.entries()) {
      progress.show(() => `deleting ${index + 1} of ${ids.length}`);
      outcome.notTried = ids.slice(index + 1);
      const failure = await failureOf(() => deleteOne(id, ask), context);
      const error = failure?.with({ conversationId: id });
      if (!error) {
        outcome.deleted.push(id);
        if (!output.json) await write(`deleted ${id}\n`);
        continue;
      }
      outcome.failed.push({ id, error });
      progress.end();
      if (!output.json) for (const line of errorLines(error)) print(line);
      if (!['not_found', 'api'].includes(error.kind)) break;
    }
  } finally {
    progress.end();
  }
  const { forgetFirstWords } = await import('../../account/first-words.js');
  forgetFirstWords(outcome.deleted, options);
  await report(outcome, options);
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
  notTried: readonly string[];
}

/** Writes to stdout; when that fails, what was not done is in the error. */
function openWriter(outcome: Outcome, { stdout }: Context): (text: string) => Promise<void> {
  const write = writerForReader(stdout);
  return async (text) => {
    try {
      await write(text);
    } catch (error) {
      throw error instanceof AppError ? error.with({ hint: tally(outcome) }) : error;
    }
  };
}

/** The summary at the end. */
async function report(
  outcome: Outcome,
  { output, context, print }: Pick<DeleteOptions, 'output' | 'context' | 'print'>,
): Promise<void> {
  const { deleted, failed, notTried } = outcome;
  if (output.json) {
    const failures = failed.map(({ id, error }) => ({ id, ...errorJson(error) }));
    const summary = { deleted, failed: failures, not_tried: notTried };
    await openWriter(outcome, context)(jsonLine(summary));
    const failure = failureOfAll(failed);
    if (failure) context.stderr.write(jsonLine(errorJson(failure)));
  } else if (notTried.length > 0) print(untried(notTried));
}

/** One error for a program that reads stderr: the first, which also decides the exit code. */
function failureOfAll([first, ...more]: readonly Failed[]): AppError | undefined {
  if (!first || more.length === 0) return first?.error;
  const message = `${clauseOf(first.error)}; ${more.length} more could not be deleted`;
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
