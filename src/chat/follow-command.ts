// Loaded late: only `/follow` and `show --follow` on a terminal need it.
import { AppError, isStop } from '../base/errors.js';
import { oneLine, sanitize } from '../base/text/sanitize.js';
import { cutWithEllipsis } from '../base/text/width.js';
import type { Message } from '../conversations/conversation.js';
import { Follower } from '../conversations/follow.js';
import { followNotice, type FollowEvent } from '../conversations/follow-event.js';
import { transcriptLines } from '../conversations/transcript.js';
import { nameWindow, personPrompt, promptOf, showPrompt } from './prompt.js';
import {
  currentConversation,
  notify,
  notifyAsIs,
  notifyFailure,
  type Chat,
  type Following,
} from './chat.js';
import { showAddition, takeover } from './control-commands.js';

/** /follow: shows the messages of the chat's conversation as they come, until Ctrl-C. */
export function startFollowing(chat: Chat): void {
  const id = currentConversation(chat);
  followConversation(chat, {
    // Earlier messages are on the screen, or in /history.
    showMessage: (message, isNew) => (isNew ? showMessage(chat, message) : undefined),
    onEnd(error) {
      if (chat.ports.signal.aborted) return;
      if (!chat.state.following) showPrompt(chat);
      showEnd(chat, id, error);
    },
  });
  notify(chat, FOLLOWING_NOTICE);
}

export const FOLLOWING_NOTICE =
  'following: what you type is a person\u2019s message; Ctrl-C ends it';

interface FollowOptions {
  /** `isNew`: the message came after the following began. */
  showMessage: (message: Message, isNew: boolean) => unknown;
  /** All earlier messages have been shown. */
  onListed?: () => unknown;
  onEnd: (error: unknown) => unknown;
}

/** Follows the chat's conversation; what is typed meanwhile becomes a person's message. */
export function followConversation(
  chat: Chat,
  { showMessage, onListed, onEnd }: FollowOptions,
): void {
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
  const show = async (): Promise<void> => {
    let isNew = false;
    for await (const event of follower.events()) {
      if (event.type === 'listed') {
        isNew = true;
        onListed?.();
      } else if (event.type !== 'message') showEvent(chat, event);
      else if (!isNew || !isOwn(event.message, added)) await showMessage(event.message, isNew);
    }
  };
  void show().catch((error: unknown) => {
    signal.removeEventListener('abort', stop);
    if (chat.state.following === following) chat.state.following = undefined;
    onEnd(error);
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
    await takeover(chat).catch((error: unknown) => {
      ports.editor.restoreDraft(text);
      throw error;
    });
  }
  const trimmed = text.trim();
  added.push(trimmed);
  await showAddition(chat, text);
  // A message that may not have arrived is shown once the list has it.
  if (state.lastFailure) takeOut(trimmed, added);
}

function showEnd(chat: Chat, id: string, error: unknown): void {
  if (!(error instanceof AppError)) throw error;
  if (isStop(error)) notify(chat, error.message);
  else notifyFailure(chat, error);
  if (error.kind === 'not_found') leaveDeleted(chat, id);
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
  const isAnswer = role === 'assistant' && text !== '';
  const printer = isAnswer ? await openReplyPrinter('stderr') : undefined;
  // With the assistant silent, it is a person who answers in its role.
  if (isAnswer && chat.state.isTakenOver) editor.printSent(sanitize(text), personPrompt(chat));
  else if (printer) editor.print(`\n${printer.write(text)}${printer.end()}`, 'stderr');
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
