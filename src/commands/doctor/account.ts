import type { Context } from '../../process/context.js';
import { takeTurn } from '../../turn/turn.js';
import { TurnMemory } from '../../turn/turn-memory.js';
import type { AccountPorts, Trial, TrialOptions } from '../../doctor/check.js';
import { AppError } from '../../base/errors.js';
import type { Account } from '../../account/account.js';

/** Bound on each call but the turn, in milliseconds. */
const CALL_MS = 30_000;

const TRIAL = {
  text: 'Hello',
  title: 'telnyx-chat doctor',
  metadata: { telnyx_chat: 'doctor' },
};

/** The account as doctor asks it. */
export function accountPorts(
  account: Account,
  { signal }: Context,
  /** Grows with what the client tells of each reply. */
  seen: string[],
): AccountPorts {
  const { client } = account;
  const call = { signal, timeoutMs: CALL_MS };
  const memory = new TurnMemory();
  return {
    assistants: () => client.listAssistants(call),
    assistant: (id) => client.getAssistant(id, call),
    conversation: (id) => client.getConversation(id, call),
    lastConversation: (assistantId) => account.chatWith(assistantId).last?.read(),
    takeTurn: (options) => trial(account, options, { signal, memory, seen }),
    countMessages: async (id) => (await client.history(id, call)).messages.length,
    deleteConversation: (id) => client.deleteConversation(id, call),
  };
}

/** A turn that leaves no trace here: `--continue` does not find it. */
async function trial(
  { client, settings }: Account,
  { onStart, ...asked }: TrialOptions,
  { seen, ...shared }: { signal: AbortSignal; memory: TurnMemory; seen: string[] },
): Promise<Trial> {
  const options = { ...shared, timeoutMs: settings.timeoutMs.value };
  seen.length = 0;
  let pieces = 0;
  let turn: Trial['turn'] | undefined;
  for await (const event of takeTurn(client, { ...TRIAL, ...asked }, options)) {
    if (event.type === 'start') onStart(event.conversationId);
    if (event.type === 'delta') pieces++;
    if (event.type === 'done') ({ turn } = event);
  }
  if (turn) return { turn, pieces, seen: seen.join('; ') };
  throw new AppError('bug', 'a turn ended without a reply');
}
