import { AppError } from '../base/errors.js';
import { notify, type Chat } from './chat.js';
import { isKnownUndelivered } from './message-outcome.js';
import { showTurn } from './show-turn.js';
import { showAddition } from './control-commands.js';

/** /as */
export function speakAs(chat: Chat, name: string): void {
  chat.state.speaker = name === '' ? undefined : name;
  notify(chat, name === '' ? 'you now speak without a name' : `you now speak as ${name}`);
}

/** /retry: asks first, unless the last message is known not to have been delivered. */
export async function retryLast(chat: Chat): Promise<void> {
  const { lastText, lastKind, lastFailure } = chat.state;
  if (lastText === undefined) throw new AppError('usage', 'there is no message to send again yet');
  const arrived = lastKind === 'added' ? 'added' : 'answered';
  const question = lastFailure
    ? 'The last message may have been delivered. Send it again?'
    : `The last message was ${arrived}. Send it again?`;
  if (!isKnownUndelivered(chat) && !(await chat.ports.dialogs.confirm(question))) return;
  await (lastKind === 'added' ? showAddition : showTurn)(chat, lastText);
}

/** /edit */
export async function editDraft(chat: Chat, text: string): Promise<void> {
  const { dialogs, editor } = chat.ports;
  editor.restoreDraft(await dialogs.edit(text));
}

/** /copy */
export async function copyReply(chat: Chat): Promise<void> {
  const last = chat.state.turns.at(-1);
  if (!last) throw new AppError('usage', 'there is no reply to copy yet');
  notify(chat, `copied to ${await chat.ports.dialogs.copy(last.reply)}`);
}
