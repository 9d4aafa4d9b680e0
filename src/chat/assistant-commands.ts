import { AppError } from '../base/errors.js';
import { RETENTION_FIX } from '../conversations/assistants.js';
import type { Assistant } from '../conversations/conversation.js';
import { checkedId } from '../text/ids.js';
import { sanitizeLine } from '../text/sanitize.js';
import { nameWindow } from './attention.js';
import { callApi, notify, type Chat } from './chat.js';
import type { Choice } from './ports.js';
import { noteAssistant } from './tool-calls.js';

/** /assistant: switches to another assistant, in a new conversation. */
export async function chooseAssistant(chat: Chat, argument: string): Promise<void> {
  const id = argument === '' ? await pickAssistant(chat) : checkedId('assistant', argument);
  if (id === undefined) return;
  const assistant = await callApi(chat, (api, call) => api.getAssistant(id, call));
  chat.state.assistantId = assistant.id;
  chat.state.conversationId = undefined;
  chat.state.title = undefined;
  noteAssistant(chat, assistant);
  nameWindow(chat, { assistant: assistant.name, conversation: '' });
  notify(chat, ...introduction(assistant), 'your next message starts a new conversation');
}

async function pickAssistant(chat: Chat): Promise<string | undefined> {
  const assistants = await callApi(chat, (api, call) => api.listAssistants(call));
  if (assistants.length === 0) throw new AppError('not_found', 'this account has no assistants');
  return chat.ports.dialogs.choose('Which assistant?', assistants.map(assistantChoice));
}

export function assistantChoice({ id, name, model }: Assistant): Choice {
  const label = [name, model, id]
    .map((part) => sanitizeLine(part, 40))
    .filter((part) => part !== '');
  return { value: id, label: label.join('  ') };
}

/** The assistant of the chat, its greeting, and a warning when it keeps no history. */
export function introduction({ name, model, greeting, dataRetention }: Assistant): string[] {
  const who = sanitizeLine(`${name}${model === '' ? '' : ` (${model})`}`);
  const lines = [`assistant: ${who}`];
  if (greeting !== '') lines.push(`greeting: ${sanitizeLine(greeting, 500)}`);
  if (!dataRetention) {
    lines.push(
      `warning: this assistant keeps no data, and Telnyx may refuse to chat with it: ${RETENTION_FIX}`,
    );
  }
  return lines;
}
