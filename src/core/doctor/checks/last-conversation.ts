import { AppError } from '../../../errors.js';
import { requireAssistant } from '../../required-settings.js';
import { pass, warn, type AccountPorts, type Check, type Outcome } from '../check.js';

/** Whether `--continue` can go on: its conversation is there, and the assistant answers in it. */
export const lastConversation: Check = {
  name: 'last_conversation',
  needs: ['assistant'],
  async run(ports) {
    const account = await ports.account();
    const id = account.lastConversation(requireAssistant(ports.settings));
    return id === undefined ? pass('none yet') : stateOf(id, account);
  },
};

async function stateOf(id: string, account: AccountPorts): Promise<Outcome> {
  try {
    const { metadata } = await account.conversation(id);
    if (metadata['ai_disabled'] !== 'true') return pass(`${id}: AI is enabled`);
    return warn(
      `${id}: AI is disabled, a person has taken it over`,
      `telnyx-chat conversations release ${id}, or begin another conversation`,
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    return warn(`${id}: it is not there any more`, 'begin a new one: leave out --continue');
  }
}
