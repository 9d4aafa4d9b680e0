import type { Account } from '../../account/account.js';
import { withAccount, type Ask } from '../../account/calls.js';
import { AppError, exitCodeOf } from '../../base/errors.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import type { Conversation } from '../../conversations/conversation.js';
import { clockTime } from '../../conversations/details.js';
import { oneLine } from '../../text/sanitize.js';
import { foundOrUndefined } from '../../conversations/find.js';
import { nameOf } from '../../conversations/names.js';
import type { Context } from '../../process/context.js';
import { questionsOn } from '../../terminal/questions.js';
import { openProgress } from '../../terminal/status-line.js';
import { appearanceFor, isWatched, mayAsk, noticesOn, OUTPUT } from '../options/output.js';
import { proseLines } from '../options/prose.js';
import { openReport, type Failed, type Outcome } from './delete-report.js';
import { CONVERSATIONS_TARGET, idFor, REFERENCE } from './reference.js';

/** How many are shown before they are deleted. */
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
    const notices = await noticesOn(context, { ...target, ...output });
    return withAccount(target, { context, notices }, async (account, ask) => {
      // All names are known before anything is deleted.
      const ids = await idsOf(operands, account, ask);
      const print = await proseLines(target, context);
      const options = { account, output, context, ask, print };
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

async function idsOf(references: readonly string[], account: Account, ask: Ask): Promise<string[]> {
  const ids = new Set<string>();
  for (const each of references) ids.add(await idFor(each, account, ask));
  return [...ids];
}

interface DeleteOptions {
  account: Account;
  output: ValuesOf<typeof OUTPUT>;
  context: Context;
  /** A line on stderr. */
  print: (line: string) => void;
  ask: Ask;
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
