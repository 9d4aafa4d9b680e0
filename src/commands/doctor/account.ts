import type { Context } from '../../process/context.js';
import type { CallOptions } from '../../base/time.js';
import type { Turn } from '../../turn/events.js';
import { takeTurn } from '../../turn/turn.js';
import { TurnMemory } from '../../turn/turn-memory.js';
import type { AccountPorts } from '../../doctor/check.js';
import { AppError } from '../../base/errors.js';
import type { Account } from '../../account/account.js';

/** Bound on each call but the turn, in milliseconds. */
const CALL_MS = 30_000;

const TRIAL = {
  text: 'Hello',
  title: 'telnyx-chat doctor',
  metadata: { telnyx_chat: 'doctor' },
  stream: true,
};

/** The account as doctor asks it. */
export function accountPorts(account: Account, { signal }: Context): AccountPorts {
  const { client } = account;
  const call = { signal, timeoutMs: CALL_MS };
  return {
    assistants: () => client.listAssistants(call),
    assistant: (id) => client.getAssistant(id, call),
    conversation: (id) => client.getConversation(id, call),
    lastConversation: (assistantId) => account.chatWith(assistantId).last?.read(),
    takeTurn: (assistantId, onStart) => trial(account, { assistantId, signal, onStart }),
    countMessages: async (id) => (await client.history(id, call)).messages.length,
    deleteConversation: (id) => client.deleteConversation(id, call),
  };
}

interface Trial {
  assistantId: string;
  signal: CallOptions['signal'];
  onStart: (conversationId: string) => void;
}

/** A turn that leaves no trace here: `--continue` does not find it. */
async function trial(
  { client, settings }: Account,
  { assistantId, signal, onStart }: Trial,
): Promise<Turn> {
  const options = { signal, timeoutMs: settings.timeoutMs.value, memory: new TurnMemory() };
  for await (const event of takeTurn(client, { ...TRIAL, assistantId }, options)) {
    if (event.type === 'start') onStart(event.conversationId);
    if (event.type === 'done') return event.turn;
  }
  throw new AppError('bug', 'a turn ended without a reply');
}
