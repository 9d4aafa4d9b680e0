import { AppError, clauseOf, isStop } from '../base/errors.js';
import { RETENTION_FIX } from '../conversations/assistants.js';
import type { Assistant } from '../conversations/conversation.js';
import { requireAssistant } from '../settings/resolve.js';
import {
  pass,
  type DoctorCheck,
  warn,
  type AccountPorts,
  type CheckOutcome,
  type Trial,
} from './check.js';

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

/** Two turns in a new conversation, which is deleted afterwards: Telnyx documents no shape of a stream. */
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

/** The same conversation with a reply that is not streamed, then with one that is. */
async function tryTurn(
  assistantId: string,
  account: AccountPorts,
): Promise<{ outcome: CheckOutcome; id: string }> {
  let id: string | undefined;
  const take = (stream: boolean): Promise<Trial> => {
    const onStart = (started: string): void => void (id = started);
    return account.takeTurn({ assistantId, conversationId: id, stream, onStart });
  };
  try {
    const trials = [await take(false), await take(true)] as const;
    const { conversationId } = trials[0].turn;
    const messages = await account.countMessages(conversationId);
    return { outcome: turnOutcome(trials, messages), id: conversationId };
  } catch (error) {
    // The conversation of a failed turn is deleted as well.
    const left = id === undefined ? undefined : await deletionFailure(id, account);
    if (!left || id === undefined || !(error instanceof AppError)) throw error;
    throw withDeletion(error, left, id);
  }
}

function turnOutcome([whole, streamed]: readonly [Trial, Trial], messages: number): CheckOutcome {
  const trials = [whole, streamed];
  if (trials.some(({ turn }) => turn.reply.trim() === '')) {
    return warn(
      `the reply is blank (${seenIn(trials)})`,
      'check the assistant’s instructions and model in the Telnyx portal',
    );
  }
  const lost = trials.filter(({ turn }) => turn.recovered);
  if (lost.length > 0) {
    const fix =
      'try again; if it stays so, report the events above, and set TELNYX_CHAT_STREAM=0 if only streams fail';
    return warn(`a reply had to be looked up in the conversation (${seenIn(lost)})`, fix);
  }
  const { firstTokenMs, totalMs } = streamed.turn.timing;
  const says =
    `answered in ${whole.turn.timing.totalMs} ms; as a stream in ${totalMs} ms, ` +
    `first words after ${firstTokenMs} ms, in ${piecesOf(streamed)} (${seenIn(trials)})`;
  if (messages > 0) return pass(says);
  return warn(
    `${says}; the conversation lists no messages`,
    'check data retention in the assistant’s privacy settings: a lost answer cannot be looked up',
  );
}

function piecesOf({ pieces }: Trial): string {
  return pieces === 1 ? '1 piece' : `${pieces} pieces`;
}

function seenIn(trials: readonly Trial[]): string {
  return trials.map(({ seen }) => seen).join('; ');
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
    message: `${clauseOf(error)}; ${notDeleted(left)}`,
    conversationId: id,
    hint: hints.join('; and '),
  });
}
