import { withAccount, type Ask } from '../../account/calls.js';
import type { Context } from '../../process/context.js';
import type { Conversation } from '../../conversations/conversation.js';
import { nameOf } from '../../conversations/names.js';
import { foundOrUndefined } from '../../conversations/find.js';
import { clockTime } from '../../conversations/details.js';
import { oneLine } from '../../text/sanitize.js';
import { AppError, exitCodeOf } from '../../base/errors.js';
import { isSilent } from '../../account/account.js';
import { questionsOn } from '../../terminal/dialogs.js';
import { openProgress } from '../../terminal/progress.js';
import { appearanceFor } from '../options.js';
import { openReport, type Failed, type Outcome } from './delete-report.js';
import type { AccountFlags } from './options.js';
import { idFor } from './reference.js';

export interface DeleteFlags extends AccountFlags {
  yes?: boolean;
}

/** So many are shown before they are deleted. */
const SHOWN = 20;

/** Deletes conversations for good; one that fails does not keep the others. Gives the exit code. */
export async function deleteConversations(
  references: string[],
  flags: DeleteFlags,
  context: Context,
): Promise<number> {
  const mayAsk = context.stdin.isTTY === true && context.stderr.isTTY === true;
  if (!flags.yes && !mayAsk) {
    throw new AppError('usage', 'nobody can be asked whether to delete', {
      hint: 'add --yes to delete without asking',
    });
  }
  let exitCode = 0;
  await withAccount(flags, context, async (account, ask) => {
    // All names are known before anything is deleted.
    const ids = new Set<string>();
    for (const each of references) ids.add(await idFor(each, account, ask));
    if (!flags.yes && !(await isWanted([...ids], { flags, context, ask }))) {
      const kept = { deleted: [], failed: [], notTried: [...ids] };
      if (flags.json) await openReport(kept, flags, context).all();
      return;
    }
    const failed = await deleteEach([...ids], { flags, context, ask });
    exitCode = failed[0] ? exitCodeOf(failed[0].error) : 0;
  });
  return exitCode;
}

interface Means {
  flags: DeleteFlags;
  context: Context;
  ask: Ask;
}

/** Shows what would be gone, and asks. Throws on Ctrl-C. */
async function isWanted(ids: readonly string[], means: Means): Promise<boolean> {
  const { flags, context, ask } = means;
  for (const id of ids.slice(0, SHOWN)) {
    const found = await ask((client, call) => client.getConversation(id, call));
    context.stderr.write(`${described(found)}\n`);
  }
  if (ids.length > SHOWN) context.stderr.write(`… and ${ids.length - SHOWN} more\n`);
  const what = ids.length === 1 ? 'this conversation' : `these ${ids.length} conversations`;
  const questions = questionsOn(context, appearanceFor(flags, context));
  const answer = await questions.confirm(`Delete ${what} for good?`);
  if (answer) return true;
  context.stderr.write('nothing was deleted\n');
  if (answer === undefined) throw new AppError('interrupted', 'interrupted');
  return false;
}

function described(conversation: Conversation): string {
  const { id, lastMessageAt } = conversation;
  return [id, oneLine(nameOf(conversation)), clockTime(lastMessageAt)]
    .filter((part) => part !== '')
    .join('  ');
}

/** Goes on when the reader of stdout has left. */
async function deleteEach(ids: readonly string[], means: Means): Promise<Failed[]> {
  const { flags, context, ask } = means;
  const isWatched = context.stderr.isTTY === true && !isSilent(flags);
  const progress = openProgress(context, isWatched);
  const outcome: Outcome = { deleted: [], failed: [], notTried: [...ids] };
  context.outliveReader();
  const tell = openReport(outcome, flags, context);
  try {
    for (const [index, id] of ids.entries()) {
      progress.show(`deleting ${index + 1} of ${ids.length}`);
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

/** One that is gone after an answer was lost was deleted by us. */
async function deleteOne(id: string, ask: Ask): Promise<void> {
  let tries = 0;
  await ask(async (client, call) => {
    const isRepeated = tries++ > 0;
    const gone = client.deleteConversation(id, call);
    await (isRepeated ? foundOrUndefined(gone) : gone);
  });
}
