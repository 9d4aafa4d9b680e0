// Loaded late: few chats follow.
import { AppError, isStop } from '../base/errors.js';
import type { Message } from '../conversations/conversation.js';
import { Follower } from '../conversations/follow.js';
import { followNotice, type FollowEvent } from '../conversations/follow-event.js';
import { transcriptLines } from '../conversations/transcript.js';
import { cutWithEllipsis } from '../text/columns.js';
import { oneLine, sanitize } from '../text/sanitize.js';
import { nameWindow } from './attention.js';
import { currentConversation, notify, notifyAsIs, notifyFailure, type Chat } from './chat.js';
import { showAddition, takeover } from './control-commands.js';
import type { Following } from './following.js';
import { promptOf, showPrompt } from './prompt.js';

/** Shows the messages of the chat's conversation as they come, until Ctrl-C. */
export function startFollowing(chat: Chat): void {
  const id = currentConversation(chat);
  chat.state.following?.stop();
  const { api, clock, signal } = chat.ports;
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(new AppError('interrupted', 'no longer following'));
  signal.addEventListener('abort', stop);
  const follower = new Follower(id, { api, clock, signal: stopped.signal });
  const added: string[] = [];
  const following: Following = {
    id,
    stop,
    async send(text) {
      await sendAsPerson(chat, text, added);
      follower.hurry();
    },
  };
  chat.state.following = following;
  notify(chat, 'following: what you type is a person\u2019s message; Ctrl-C ends it');
  void showFollowed(chat, { id, follower, added }).finally(() => {
    signal.removeEventListener('abort', stop);
    if (chat.state.following !== following) return;
    chat.state.following = undefined;
    if (!signal.aborted) showPrompt(chat);
  });
}

/** The assistant is silenced first, when the person agrees. */
async function sendAsPerson(chat: Chat, text: string, added: string[]): Promise<void> {
  const { state, ports } = chat;
  if (!state.isTakenOver) {
    const question = 'The assistant answers here. Take the conversation over?';
    if ((await ports.dialogs.confirm(question)) !== true) {
      ports.editor.restoreDraft(text);
      return;
    }
    await takeover(chat);
  }
  const trimmed = text.trim();
  added.push(trimmed);
  await showAddition(chat, text);
  // A message that may not have arrived is shown once the list has it.
  if (state.lastFailure) takeOut(trimmed, added);
}

interface Followed {
  id: string;
  follower: Follower;
  added: string[];
}

async function showFollowed(chat: Chat, { id, follower, added }: Followed): Promise<void> {
  // Earlier messages are on the screen, or in /history.
  let isNew = false;
  try {
    for await (const event of follower.events()) {
      if (event.type === 'listed') isNew = true;
      else if (event.type !== 'message') showEvent(chat, event);
      else if (isNew && !isOwn(event.message, added)) await showMessage(chat, event.message);
    }
  } catch (error) {
    if (chat.ports.signal.aborted) return;
    if (!(error instanceof AppError)) throw error;
    if (isStop(error)) notify(chat, error.message);
    else notifyFailure(chat, error);
    if (error.kind === 'not_found') leaveDeleted(chat, id);
  }
}

/** Nothing can be said in a conversation that is gone. */
function leaveDeleted(chat: Chat, id: string): void {
  const { state } = chat;
  if (state.conversationId !== id) return;
  state.conversationId = undefined;
  state.isTakenOver = false;
  nameWindow(chat, { conversation: '' });
  notify(chat, 'the conversation is gone: your next message starts a new one');
}

function showEvent(chat: Chat, event: Exclude<FollowEvent, { type: 'message' | 'listed' }>): void {
  if (event.type === 'state') {
    if (chat.state.isTakenOver === event.isTakenOver) return;
    chat.state.isTakenOver = event.isTakenOver;
    showPrompt(chat);
  }
  notify(chat, followNotice(event));
}

/** A message typed here is on the screen already. */
function isOwn({ role, text }: Message, added: string[]): boolean {
  return role === 'assistant' && takeOut(text.trim(), added);
}

/** Whether it was there. */
function takeOut(text: string, texts: string[]): boolean {
  const index = texts.indexOf(text);
  if (index >= 0) texts.splice(index, 1);
  return index >= 0;
}

async function showMessage(chat: Chat, message: Message): Promise<void> {
  const { editor, paint, toolCallLine, columns, openReplyPrinter } = chat.ports;
  const { role, text, toolCalls } = message;
  const printer =
    role === 'assistant' && text !== '' ? await openReplyPrinter('stderr') : undefined;
  if (printer) editor.print(`\n${printer.write(text)}${printer.end()}`, 'stderr');
  else if (role === 'user')
    editor.printSent(sanitize(text), promptOf({ speaker: undefined }, paint));
  else if (role === 'tool') {
    notifyAsIs(chat, cutWithEllipsis(`result: ${oneLine(text)}`, columns()));
  } else if (role !== 'assistant') notify(chat, ...transcriptLines([message]));
  const calls = toolCalls.map((call) =>
    toolCallLine({ name: call.name, arguments: call.arguments, result: null }),
  );
  if (calls.length > 0) notifyAsIs(chat, ...calls);
}
