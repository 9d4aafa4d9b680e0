import { AppError } from '../../../errors.js';
import type { Assistant } from '../../conversation.js';
import { requireAssistant } from '../../required-settings.js';
import { pass, warn, type AccountPorts, type Check } from '../check.js';

/** So many are named as the way out. */
const MOST_NAMED = 5;

/** Whether the account has the assistant, and what is unusual about it. */
export const assistant: Check = {
  name: 'assistant',
  needs: ['assistant_id', 'account'],
  async run(ports) {
    const found = await existing(requireAssistant(ports.settings), await ports.account());
    const says = [found.name, found.model].filter((part) => part !== '').join(', ');
    if (found.dataRetention) return pass(`${says || found.id}; keeps history`);
    return warn(
      `${says}; keeps no history: it may forget what was said, and a lost answer cannot be looked up`,
      'turn data retention on in the assistant’s privacy settings, in the Telnyx portal',
    );
  },
};

async function existing(id: string, account: AccountPorts): Promise<Assistant> {
  try {
    return await account.assistant(id);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    const { kind, details } = error;
    const hint = named(await account.assistants());
    throw new AppError(kind, `no assistant ${id}: ${error.message}`, { ...details, hint });
  }
}

function named(assistants: readonly Assistant[]): string {
  if (assistants.length === 0) return 'make an assistant in the Telnyx portal first';
  const names = assistants.slice(0, MOST_NAMED).map(({ id, name }) => `${id} (${name})`);
  const rest = assistants.length - names.length;
  return `this account has ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
