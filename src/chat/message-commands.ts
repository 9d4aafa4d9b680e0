import { AppError } from '../base/errors.js';
import { cancellable, notify, notifyFailure, type Chat } from './chat.js';
import { showTurn } from './show-turn.js';

/** /as */
export function speakAs(chat: Chat, name: string): void {
  chat.state.speaker = name === '' ? undefined : name;
  notify(chat, name === '' ? 'you now speak without a name' : `you now speak as ${name}`);
}

/** /retry: asks first, unless the last message is known not to have been delivered. */
export async function retryLast(chat: Chat): Promise<void> {
  const { lastText, lastFailure } = chat.state;
  if (lastText === undefined) throw new AppError('usage', 'there is no message to send again yet');
  const delivery = lastFailure?.details.delivery;
  const question = lastFailure
    ? 'The last message may have been delivered. Send it again?'
    : 'The last message was answered. Send it again?';
  const isSafe = delivery === 'not_sent' || delivery === 'refused' || lastFailure?.kind === 'usage';
  if (isSafe || (await chat.ports.dialogs.confirm(question))) await showTurn(chat, lastText);
}

/** /edit */
export async function editDraft(chat: Chat, text: string): Promise<void> {
  const { dialogs, editor } = chat.ports;
  const edited = await dialogs.edit(text);
  if (edited.failure) notifyFailure(chat, edited.failure);
  editor.restoreDraft(edited.text);
}

/** /copy */
export async function copyReply(chat: Chat): Promise<void> {
  const last = chat.state.turns.at(-1);
  if (!last) throw new AppError('usage', 'there is no reply to copy yet');
  const copy = (signal: AbortSignal): Promise<string> =>
    chat.ports.dialogs.copy(last.reply, signal);
  notify(chat, `copied to ${await cancellable(chat, 'copying', copy)}`);
}
