import { AppError } from '../../base/errors.js';
import { openIntroduction } from '../../chat/assistant-commands.js';
import { nameFrom, nameWindow } from '../../chat/attention.js';
import { notify, notifyFailure, type Chat } from '../../chat/chat.js';
import { TAKEN_OVER_NOTICE } from '../../chat/control-commands.js';
import { noteReplies } from '../../chat/message-commands.js';
import { showPrompt } from '../../chat/prompt.js';
import { openRecap } from '../../chat/recap.js';
import { noteAssistant } from '../../chat/tool-calls.js';
import type { Assistant, Conversation, Message } from '../../conversations/conversation.js';
import { allMessages } from '../../conversations/messages.js';
import { isTakenOver } from '../../conversations/update.js';

/** Bound on asking who the assistant is, in milliseconds. */
const INTRODUCTION_MS = 30_000;

/**
 * Says who answers, and what was said before. Asked for when the prompt is already there, it also
 * opens the connection that the first message then uses. A person who is quicker is not interrupted:
 * the turn comes first, and neither a greeting nor a recap is due any more.
 */
export async function introduce(
  chat: Chat,
  earlier: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { assistant, messages, conversation } = await known(chat, earlier, signal);
    noteAssistant(chat, assistant);
    nameWindow(chat, { assistant: assistant.name });
    if (conversation) nameWindow(chat, { conversation: nameFrom(conversation, messages) });
    const introduceAssistant = await openIntroduction(chat, assistant);
    const showRecap = messages && (await openRecap(chat, messages));
    await chat.running;
    if (signal.aborted) return;
    const isFirst = chat.state.lastText === undefined;
    introduceAssistant({ isGreeted: isFirst });
    if (conversation) noteTakenOver(chat, conversation);
    if (messages && isFirst) {
      noteReplies(chat, messages);
      showRecap?.();
    }
  } catch (error) {
    await chat.running;
    if (signal.aborted) return;
    if (!(error instanceof AppError)) throw error;
    notifyFailure(chat, error);
  }
}

/** Commands and turns that came first know better whether the conversation is taken over. */
function noteTakenOver(chat: Chat, conversation: Conversation): void {
  const { state } = chat;
  if (state.conversationId !== conversation.id) return;
  state.isTakenOver ??= isTakenOver(conversation);
  if (state.isTakenOver) notify(chat, TAKEN_OVER_NOTICE);
  showPrompt(chat);
}

interface Known {
  assistant: Assistant;
  /** Only for a conversation that is continued. */
  messages?: Message[];
  conversation?: Conversation;
}

/** The assistant, and what was said in a conversation that goes on. */
async function known(chat: Chat, id: string | undefined, signal: AbortSignal): Promise<Known> {
  const { api } = chat.ports;
  const { assistantId } = chat.state;
  const call = { signal, timeoutMs: INTRODUCTION_MS };
  const asked = api.getAssistant(assistantId, call);
  if (id === undefined) return { assistant: await asked };
  const [assistant, messages, conversation] = await Promise.all([
    asked,
    allMessages(api.listMessages(id, call)),
    api.getConversation(id, call),
  ]);
  return { assistant, messages, conversation };
}
