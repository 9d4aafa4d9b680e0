import { AppError } from '../../base/errors.js';
import { RETENTION_FIX } from '../../conversations/assistants.js';
import type { Assistant } from '../../conversations/conversation.js';
import { requireAssistant } from '../../settings/resolve.js';
import { pass, type DoctorCheck, warn, type AccountPorts, type CheckOutcome } from '../check.js';

/** Whether the API accepts the key. */
export const accountCheck: DoctorCheck = {
  name: 'account',
  needs: ['api_key', 'base_url', 'tls'],
  async run(ports) {
    const { length } = await (await ports.account()).assistants();
    return pass(`the key is accepted; ${length} ${length === 1 ? 'assistant' : 'assistants'}`);
  },
};

/** Limit on the assistants that a hint lists. */
const MAX_NAMED = 5;

/** Whether the account has the assistant, and whether it keeps history. */
export const assistantCheck: DoctorCheck = {
  name: 'assistant',
  needs: ['assistant_id', 'account'],
  async run(ports) {
    const found = await existingAssistant(requireAssistant(ports.settings), await ports.account());
    const says = [found.name, found.model].filter((part) => part !== '').join(', ');
    if (found.dataRetention) return pass(`${says || found.id}; keeps history`);
    return warn(
      `${says}; keeps no data: Telnyx may refuse to chat with it, and a lost answer cannot be looked up`,
      RETENTION_FIX,
    );
  },
};

async function existingAssistant(id: string, account: AccountPorts): Promise<Assistant> {
  try {
    return await account.assistant(id);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    const hint = assistantsHint(await account.assistants());
    throw error.but({ message: `no assistant ${id}: ${error.message}`, hint });
  }
}

function assistantsHint(assistants: readonly Assistant[]): string {
  if (assistants.length === 0) return 'create an assistant in the Telnyx portal first';
  const names = assistants.slice(0, MAX_NAMED).map(({ id, name }) => `${id} (${name})`);
  const rest = assistants.length - names.length;
  return `this account has ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Whether `--continue` works: its conversation exists, and the assistant answers in it. */
export const lastConversationCheck: DoctorCheck = {
  name: 'last_conversation',
  needs: ['assistant'],
  async run(ports) {
    const account = await ports.account();
    const id = account.lastConversation(requireAssistant(ports.settings));
    return id === undefined ? pass('none yet') : stateOf(id, account);
  },
};

async function stateOf(id: string, account: AccountPorts): Promise<CheckOutcome> {
  try {
    const { metadata } = await account.conversation(id);
    if (metadata['ai_disabled'] !== 'true') return pass(`${id}: AI is enabled`);
    return warn(
      `${id}: AI is disabled, a person has taken it over`,
      `telnyx-chat conversations release ${id}, or start another conversation`,
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    return warn(`${id}: it no longer exists`, 'start a new one: leave out --continue');
  }
}
