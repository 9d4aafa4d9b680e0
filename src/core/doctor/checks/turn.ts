import { AppError } from '../../../errors.js';
import type { Turn } from '../../conversation.js';
import { requireAssistant } from '../../required-settings.js';
import { pass, warn, type AccountPorts, type Check, type Outcome } from '../check.js';

/** A whole turn, in a conversation that is deleted again. */
export const turn: Check = {
  name: 'turn',
  needs: ['assistant'],
  async run(ports) {
    if (!ports.wantsTurn)
      return {
        status: 'skip',
        says: 'not tried: --turn sends a message in a throw-away conversation',
      };
    const account = await ports.account();
    const taken = await tried(requireAssistant(ports.settings), account);
    const kept = await outcomeOf(taken, account);
    return (await leftBehind(taken.conversationId, account)) ?? kept;
  },
};

/** What a failed turn began is deleted as well. */
async function tried(assistantId: string, account: AccountPorts): Promise<Turn> {
  try {
    return await account.takeTurn(assistantId);
  } catch (error) {
    const begun = error instanceof AppError ? error.details.conversationId : undefined;
    if (begun !== undefined) await leftBehind(begun, account);
    throw error;
  }
}

async function outcomeOf(taken: Turn, account: AccountPorts): Promise<Outcome> {
  const { firstTokenMs, totalMs } = taken.timing;
  if (taken.reply.trim() === '') {
    return warn(
      'the reply is blank',
      'look at the assistant’s instructions and model in the portal',
    );
  }
  const says = `answered in ${totalMs} ms, first words after ${firstTokenMs} ms`;
  if ((await account.countMessages(taken.conversationId)) > 0) return pass(says);
  return warn(
    `${says}; the conversation lists no messages`,
    'check data retention in the assistant’s privacy settings: a lost answer cannot be looked up',
  );
}

/** A conversation that could not be deleted is the person's to delete. */
async function leftBehind(id: string, account: AccountPorts): Promise<Outcome | undefined> {
  try {
    await account.deleteConversation(id);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fix = `delete it: telnyx-chat conversations delete ${id}`;
    return warn(`answered, but its conversation was not deleted: ${error.message}`, fix);
  }
}
