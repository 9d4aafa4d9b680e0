import { AppError, isStop } from '../../base/errors.js';
import { requireAssistant } from '../../settings/resolve.js';
import {
  pass,
  warn,
  type AccountPorts,
  type CheckOutcome,
  type DoctorCheck,
  type Trial,
} from '../check.js';

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
    message: `${error.message.replace(/\.$/, '')}; ${notDeleted(left)}`,
    conversationId: id,
    hint: hints.join('; and '),
  });
}
