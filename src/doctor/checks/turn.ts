import { AppError } from '../../base/errors.js';
import { requireAssistant } from '../../settings/resolve.js';
import type { Turn } from '../../turn/events.js';
import {
  isStop,
  pass,
  warn,
  type AccountPorts,
  type DoctorCheck,
  type CheckOutcome,
} from '../check.js';

/** A whole turn, in a conversation that is deleted again. */
export const turn: DoctorCheck = {
  name: 'turn',
  needs: ['assistant'],
  async run(ports) {
    if (!ports.wantsTurn)
      return {
        status: 'skip',
        says: 'not tried: --turn sends a message in a temporary conversation',
      };
    const account = await ports.account();
    const { outcome, id } = await tried(requireAssistant(ports.settings), account);
    const left = await leftBehind(id, account);
    if (!left) return outcome;
    if (isStop(left)) throw withDeletion(left, left, id);
    return warn(`answered, but ${notDeleted(left)}`, deletion(id));
  },
};

/** What a turn that failed in any way began is deleted as well. */
async function tried(
  assistantId: string,
  account: AccountPorts,
): Promise<{ outcome: CheckOutcome; id: string }> {
  let begun: string | undefined;
  try {
    const taken = await account.takeTurn(assistantId, (id) => void (begun = id));
    return { outcome: await outcomeOf(taken, account), id: taken.conversationId };
  } catch (error) {
    const left = begun === undefined ? undefined : await leftBehind(begun, account);
    if (!left || begun === undefined || !(error instanceof AppError)) throw error;
    throw withDeletion(error, left, begun);
  }
}

async function outcomeOf(taken: Turn, account: AccountPorts): Promise<CheckOutcome> {
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
async function leftBehind(id: string, account: AccountPorts): Promise<AppError | undefined> {
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

/** A failure that leaves a conversation which is the person's to delete. */
function withDeletion(error: AppError, left: AppError, id: string): AppError {
  const hints = [error.details.hint, deletion(id)].filter((hint) => hint !== undefined);
  return error.but({
    message: `${error.message.replace(/\.$/, '')}; ${notDeleted(left)}`,
    conversationId: id,
    hint: hints.join('; and '),
  });
}
