import { AppError } from '../base/errors.js';
import { RETENTION_FIX } from '../conversations/assistants.js';
import type { Assistant } from '../conversations/conversation.js';
import { checkedId } from '../base/ids.js';
import { cutText, sanitize, sanitizeLine } from '../text/sanitize.js';
import { nameWindow } from './attention.js';
import { callApi, noticeText, notify, type Chat } from './chat.js';
import type { ChooseQuestion } from './ports.js';
import { noteAssistant } from './tool-calls.js';

/** /assistant: switches to another assistant, in a new conversation. */
export async function chooseAssistant(chat: Chat, argument: string): Promise<void> {
  const id = argument === '' ? await pickAssistant(chat) : checkedId('assistant', argument);
  if (id === undefined) return;
  const assistant = await callApi(chat, (api, call) => api.getAssistant(id, call));
  chat.state.assistantId = assistant.id;
  chat.state.conversationId = undefined;
  chat.state.title = undefined;
  chat.state.isTakenOver = false;
  noteAssistant(chat, assistant);
  nameWindow(chat, { assistant: assistant.name, conversation: '' });
  (await openIntroduction(chat, assistant))();
  notify(chat, 'your next message starts a new conversation');
}

async function pickAssistant(chat: Chat): Promise<string | undefined> {
  const assistants = await callApi(chat, (api, call) => api.listAssistants(call));
  if (assistants.length === 0) throw new AppError('not_found', 'this account has no assistants');
  return chat.ports.dialogs.choose(assistantQuestion(assistants));
}

export function assistantQuestion(assistants: readonly Assistant[]): ChooseQuestion {
  const choices = assistants.map(({ id, name, model }) => ({
    value: id,
    cells: [name, model, id].map((part) => sanitizeLine(part, 40)),
  }));
  return { text: 'Which assistant?', noun: 'assistant', choices };
}

const MAX_GREETING = 2000;

/**
 * Shows the assistant of the chat, its greeting as a reply, and a warning when it keeps no history. The
 * renderer is loaded before, so that nothing else gets in between.
 */
export async function openIntroduction(
  chat: Chat,
  { name, model, greeting, dataRetention }: Assistant,
): Promise<(options?: { isGreeted?: boolean }) => void> {
  const printer = greeting === '' ? undefined : await chat.ports.openReplyPrinter('stderr');
  const who = sanitizeLine(`${name}${model === '' ? '' : ` (${model})`}`);
  return ({ isGreeted = true } = {}) => {
    const greeted =
      printer && isGreeted ? printer.write(greetingText(greeting)) + printer.end() : '';
    const warning = dataRetention ? '' : noticeText(chat, NO_DATA);
    // In one go: a screen reader says the prompt after each.
    chat.ports.editor.print(noticeText(chat, `assistant: ${who}`) + greeted + warning, 'stderr');
  };
}

const NO_DATA = `warning: this assistant keeps no data, and Telnyx may refuse to chat with it: ${RETENTION_FIX}`;

/** Blocks such as a list begin on a line of their own. */
function greetingText(greeting: string): string {
  const text = cutText(sanitize(greeting).trim(), MAX_GREETING);
  return `greeting:${text.includes('\n') ? '\n\n' : ' '}${text}`;
}
