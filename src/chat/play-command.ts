import { AppError } from '../base/errors.js';
import { sanitize } from '../text/sanitize.js';
import { notify, notifyFailure, type Chat } from './chat.js';
import type { Playback } from './ports.js';
import { fileIn } from './report-commands.js';
import { showTurn } from './show-turn.js';

/** /play: says the messages of a file. The first one that fails ends it, and so does Ctrl-C. */
export async function playFile(chat: Chat, argument: string): Promise<void> {
  const file = fileIn(argument, '/play', '.chat');
  if (file === '') throw new AppError('usage', 'file is required', { hint: '/play bug.chat' });
  if (chat.state.isTakenOver) {
    throw new AppError('usage', 'a person has taken this conversation over', {
      hint: '/release lets the assistant answer again; /new starts a conversation',
    });
  }
  const { count, messages } = await chat.ports.playback(file);
  if (count === 0) throw new AppError('usage', `${file} has no message to say`);
  const played = await sayAll(chat, messages);
  const all = `${count} ${count === 1 ? 'message' : 'messages'}`;
  notify(chat, played === count ? `played ${all}` : `stopped: played ${played} of ${all}`);
}

/** How many arrived. */
async function sayAll(chat: Chat, messages: Playback['messages']): Promise<number> {
  const { editor, signal } = chat.ports;
  const stop = new AbortController();
  const stopListening = editor.onInterrupt(() => stop.abort());
  let played = 0;
  try {
    let next = messages.next('');
    while (!next.done && !stop.signal.aborted) {
      editor.printSent(sanitize(next.value));
      await showTurn(chat, next.value);
      if (chat.state.lastFailure) break;
      played += 1;
      next = messages.next(chat.state.replies.at(-1) ?? '');
    }
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    notifyFailure(chat, error);
  } finally {
    stopListening();
  }
  return played;
}
