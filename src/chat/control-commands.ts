import { AppError } from '../base/errors.js';
import {
  isTakenOver,
  lostMessage,
  setTakenOver,
  type Conversation,
} from '../conversations/conversation.js';
import { RELEASED, TAKEN_OVER } from '../conversations/details.js';
import { checkedMessage } from '../turn/events.js';
import { callApi, currentConversation, notify, type Chat } from './chat.js';
import { personPrompt } from './prompt.js';
import { messageArrived, messageFailed, messageStarts } from './message-outcome.js';

/** Advice in a conversation that a person has taken over. */
const WAYS_OUT =
  'what you type is added as a person’s message; /release lets the assistant answer again';

/** Shown when a chat continues such a conversation. */
export const TAKEN_OVER_NOTICE = `${TAKEN_OVER}; ${WAYS_OUT}`;

/** The refusal of a turn in such a conversation gets the commands that help in a chat. */
export function withWaysOut(error: AppError): AppError {
  return error.kind === 'ai_disabled' ? error.but({ hint: WAYS_OUT }) : error;
}

/** /takeover */
export async function takeover(chat: Chat): Promise<void> {
  await takeOver(chat, true);
  notify(chat, `taken over: the assistant is silent; ${WAYS_OUT}`);
}

/** /release */
export async function release(chat: Chat): Promise<void> {
  await takeOver(chat, false);
  notify(chat, RELEASED);
}

async function takeOver(chat: Chat, on: boolean): Promise<void> {
  const id = currentConversation(chat);
  await callApi(chat, (api, call) => setTakenOver(api, { id, on }, call));
  chat.state.isTakenOver = on;
}

/** Somebody else may have taken the chat's conversation over, or released it: whatever reads it tells. */
export function noticeTakeover(chat: Chat, conversation: Conversation): void {
  const { state } = chat;
  const before = state.isTakenOver ?? false;
  state.isTakenOver = isTakenOver(conversation);
  if (state.isTakenOver !== before) notify(chat, before ? RELEASED : TAKEN_OVER_NOTICE);
}

/** /say */
export async function say(chat: Chat, argument: string): Promise<void> {
  if (argument === '')
    throw new AppError('usage', 'message is required', { hint: '/say One moment, please' });
  await addMessage(chat, argument);
}

/** Adds what was typed in a conversation that a person has taken over. */
export async function showAddition(chat: Chat, text: string): Promise<void> {
  messageStarts(chat, text, 'added');
  try {
    await addMessage(chat, text);
    messageArrived(chat, text);
  } catch (error) {
    if (!(error instanceof AppError) || chat.ports.signal.aborted) throw error;
    messageFailed(chat, { text, error });
  }
}

/** Adds a message in the assistant's role, because the person replaces the assistant. */
async function addMessage(chat: Chat, text: string): Promise<void> {
  const conversationId = currentConversation(chat);
  const { speaker, added: known } = chat.state;
  const message = { conversationId, role: 'assistant', text: checkedMessage(text) } as const;
  const add = chat.ports.api.messageAdder({ ...message, speaker });
  try {
    await callApi(chat, (_, call) => add(call));
  } catch (error) {
    throw lostMessage(error, '/history');
  }
  known.push({ conversationId, text: message.text, prompt: personPrompt(chat, speaker) });
  notify(chat, 'added to the conversation');
}
