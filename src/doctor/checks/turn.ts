import { AppError, isStop } from '../../base/errors.js';
import { requireAssistant } from '../../settings/resolve.js';
import type { Turn } from '../../turn/events.js';
import { pass, warn, type AccountPorts, type DoctorCheck, type CheckOutcome } from '../check.js';

/** A turn in a new conversation, which is deleted afterwards. */
export const turnCheck: DoctorCheck = {
  name: 'turn',
  needs: ['assistant'],
  async run(ports) {
    if (!ports.wantsTurn)
      return {
        status: 'skip',
        says: 'not run: --turn sends a message in a temporary conversation',
      };
    const account = await ports.account();
    const { outcome, id } = await tryTurn(requireAssistant(ports.settings), account);
    const left = await deletionFailure(id, account);
    if (!left) return outcome;
    if (isStop(left)) throw withDeletion(left, left, id);
    return warn(`answered, but ${notDeleted(left)}`, deletion(id));
  },
};

/** The conversation of a failed turn is deleted as well. */
async function tryTurn(
  assistantId: string,
  account: AccountPorts,
): Promise<{ outcome: CheckOutcome; id: string }> {
  let startedId: string | undefined;
  try {
    const taken = await account.takeTurn(assistantId, (id) => void (startedId = id));
    return { outcome: await turnOutcome(taken, account), id: taken.conversationId };
  } catch (error) {
    const left = startedId === undefined ? undefined : await deletionFailure(startedId, account);
    if (!left || startedId === undefined || !(error instanceof AppError)) throw error;
    throw withDeletion(error, left, startedId);
  }
}

async function turnOutcome(taken: Turn, account: AccountPorts): Promise<CheckOutcome> {
  const { firstTokenMs, totalMs } = taken.timing;
  if (taken.reply.trim() === '') {
    return warn(
      'the reply is blank',
      'check the assistant’s instructions and model in the Telnyx portal',
    );
  }
  const says = `answered in ${totalMs} ms, first words after ${firstTokenMs} ms`;
  if ((await account.countMessages(taken.conversationId)) > 0) return pass(says);
  return warn(
    `${says}; the conversation lists no messages`,
    'check data retention in the assistant’s privacy settings: a lost answer cannot be looked up',
  );
}

/** Why the conversation could not be deleted; undefined once it is gone. */
async function deletionFailure(id: string, account: AccountPorts): Promise<AppError | undefined> {
  try {
    await account.deleteConversation(id);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.kind === 'not_found' ? undefined : error;
  }
}

const notDeleted = (why: AppError): string =>
  `its conversation was not deleted${isStop(why) ? '' : `: ${why.message}`}`;

const deletion = (id: string): string => `delete it: telnyx-chat conversations delete ${id}`;

/** A failure that leaves a conversation for the person to delete. */
function withDeletion(error: AppError, left: AppError, id: string): AppError {
  const hints = [error.details.hint, deletion(id)].filter((hint) => hint !== undefined);
  return error.but({
    message: `${error.message.replace(/\.$/, '')}; ${notDeleted(left)}`,
    conversationId: id,
    hint: hints.join('; and '),
  });
}
