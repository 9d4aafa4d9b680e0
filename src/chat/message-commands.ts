import { AppError } from '../base/errors.js';
import { sanitize } from '../base/text/sanitize.js';
import type { Message } from '../conversations/conversation.js';
import { cancellable, notify, notifyFailure, type Chat } from './chat.js';
import { showAddition } from './control-commands.js';
import { isKnownUndelivered } from './message-outcome.js';
import type { Playback } from './ports.js';
import { fileIn } from './report-commands.js';
import { showTurn } from './show-turn.js';

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
  const edited = await dialogs.edit(text);
  if (edited.failure) notifyFailure(chat, edited.failure);
  editor.restoreDraft(edited.text);
}

/** /copy: a reply counted back from the last, or a code block of the last reply counted from its first. */
export async function copyReply(chat: Chat, argument: string): Promise<void> {
  const match = /^(?:(code)\b)?\s*([1-9]\d{0,8})?$/.exec(argument.trim());
  if (!match) {
    throw new AppError('usage', `cannot copy ${JSON.stringify(argument)}`, {
      hint: '/copy, /copy 2 for the last reply but one, /copy code, /copy code 2',
    });
  }
  const number = match[2] === undefined ? undefined : Number(match[2]);
  if (match[1] === undefined) await copyText(chat, replyAt(chat, number ?? 1), '');
  else await copyCode(chat, number);
}

/** The latest replies, as /history, a resumed conversation and the turns of this chat show them. */
export function noteReplies({ state }: Chat, messages: readonly Message[]): void {
  const replies = messages.filter(({ role, text }) => role === 'assistant' && text !== '');
  if (replies.length > 0) state.replies = replies.map(({ text }) => text);
}

function replyAt({ state: { replies } }: Chat, back: number): string {
  const reply = replies.at(-back);
  if (reply !== undefined) return reply;
  if (replies.length === 0) throw new AppError('usage', 'there is no reply to copy yet');
  throw new AppError('usage', `there ${are(replies.length, 'reply', 'replies')} to copy`);
}

async function copyCode(chat: Chat, given: number | undefined): Promise<void> {
  const blocks = await chat.ports.codeBlocks(replyAt(chat, 1));
  if (blocks.length === 0) throw new AppError('usage', 'the last reply has no code block');
  const number = given ?? blocks.length;
  const code = blocks[number - 1];
  if (code === undefined) {
    const count = are(blocks.length, 'code block', 'code blocks');
    throw new AppError('usage', `there ${count} in the last reply`);
  }
  await copyText(
    chat,
    code,
    blocks.length === 1 ? 'code block ' : `code block ${number} of ${blocks.length} `,
  );
}

/** `is only 1 reply`, `are only 2 replies`. */
function are(count: number, one: string, many: string): string {
  return count === 1 ? `is only 1 ${one}` : `are only ${count} ${many}`;
}

async function copyText(chat: Chat, text: string, what: string): Promise<void> {
  const copy = (signal: AbortSignal): Promise<string> => chat.ports.dialogs.copy(text, signal);
  notify(chat, `copied ${what}to ${await cancellable(chat, 'copying', copy)}`);
}

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
