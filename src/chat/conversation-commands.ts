import { AppError } from '../base/errors.js';
import { checkedId } from '../base/names.js';
import {
  type Conversation,
  type Message,
  isTakenOver,
  renameConversation,
  type Assistant,
} from '../conversations/conversation.js';
import { CHANNEL_KEY } from '../conversations/details.js';
import { conversationIdFor, type Finder } from '../conversations/find.js';
import { checkedName, isConversationId, nameOf } from '../conversations/metadata.js';
import { age } from '../base/time.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import {
  askApi,
  askMessages,
  callApi,
  currentConversation,
  notify,
  waitForApi,
  type Chat,
} from './chat.js';
import { noticeTakeover, TAKEN_OVER_NOTICE } from './control-commands.js';
import { noteReplies } from './message-commands.js';
import { openRecap, noteAssistant, openIntroduction } from './opening.js';
import type { Choice, ChooseQuestion } from './ports.js';
import { nameFrom, nameWindow } from './prompt.js';

/** How many conversations `/resume` offers. */
const MAX_CHOICES = 100;
/** How much of an id stands for a name: enough to tell ids apart. */
const SHORT_ID = 9;
/** Messages shown by `/history` without a number. */
const HISTORY_COUNT = 20;

/** /new */
export function startNew(chat: Chat, text: string): void {
  const title = text === '' ? undefined : checkedName(text);
  chat.state.conversationId = undefined;
  chat.state.title = title;
  nameWindow(chat, { conversation: title ?? '' });
  chat.state.isTakenOver = false;
  notify(chat, 'your next message starts a new conversation');
}

/** /resume */
export async function resume(chat: Chat, idOrName: string): Promise<void> {
  const id = idOrName === '' ? await pickConversation(chat) : await findId(chat, idOrName);
  if (id === undefined) return;
  const conversation = await callApi(chat, (api, call) => api.getConversation(id, call));
  chat.state.conversationId = conversation.id;
  chat.state.isTakenOver = isTakenOver(conversation);
  const title = sanitizeLine(nameOf(conversation));
  notify(chat, `conversation ${title === '' ? '' : `${title} `}${conversation.id}`);
  if (chat.state.isTakenOver) notify(chat, TAKEN_OVER_NOTICE);
  const messages = await recap(chat);
  nameWindow(chat, { conversation: nameFrom(conversation, messages) });
}

/** /follow */
export async function follow(chat: Chat, idOrName: string): Promise<void> {
  if (idOrName !== '') await resume(chat, idOrName);
  const { startFollowing } = await import('./follow-command.js');
  startFollowing(chat);
}

async function findId(chat: Chat, idOrName: string): Promise<string> {
  const found = foundConversation(chat, idOrName);
  if (found !== undefined) return found;
  if (isConversationId(idOrName)) return idOrName;
  return waitForApi(chat, (signal) => {
    const finder: Finder = {
      list: (filters) => askApi(chat, signal, (api, call) => api.listConversations(filters, call)),
      get: (id) => askApi(chat, signal, (api, call) => api.getConversation(id, call)),
    };
    return conversationIdFor(idOrName, finder, { only: chat.state.assistantId });
  });
}

/** The conversation of a number in the last results of /search. */
function foundConversation({ state: { found } }: Chat, text: string): string | undefined {
  if (found === undefined || !/^\d{1,2}$/.test(text)) return undefined;
  const id = found[Number(text) - 1];
  if (id !== undefined) return id;
  throw new AppError('usage', `the last search has no result ${text}`, {
    hint: found.length === 0 ? 'it found nothing' : `its results are 1 to ${found.length}`,
  });
}

/** One of the conversations of this assistant, the latest first. */
async function pickConversation(chat: Chat): Promise<string | undefined> {
  const { clock, dialogs, firstWords } = chat.ports;
  const now = clock.now();
  const where = { 'metadata->assistant_id': `eq.${chat.state.assistantId}` };
  const filters = { limit: MAX_CHOICES, order: 'last_message_at.desc', where };
  const choices = await callApi(chat, async (api, call) => {
    const found = await api.listConversations(filters, call);
    const words = await firstWords(found, call.signal);
    return found.map((each) => choice(each, words.get(each.id) ?? '', now));
  });
  if (choices.length === 0) throw new AppError('usage', 'this assistant has no conversations yet');
  return dialogs.choose({ text: 'Which conversation?', noun: 'conversation', choices });
}

/** Without a name, a conversation is shown by its first words, else by the start of its id. */
function choice(conversation: Conversation, words: string, now: Date): Choice {
  const { id, metadata, lastMessageAt, createdAt } = conversation;
  const name = sanitizeLine(nameOf(conversation) || words, 40) || sanitizeLine(id, SHORT_ID);
  const channel = sanitizeLine(metadata[CHANNEL_KEY] ?? '', 20);
  return { value: id, cells: [name, age(lastMessageAt || createdAt, now), channel, id] };
}

/** /history */
export async function showHistory(chat: Chat, argument: string): Promise<void> {
  const count = argument === '' ? HISTORY_COUNT : Number(argument);
  if (!Number.isInteger(count) || count < 1) {
    throw new AppError('usage', `bad number ${JSON.stringify(argument)}`, { hint: '/history 10' });
  }
  currentConversation(chat);
  await recap(chat, count);
}

async function recap(chat: Chat, count?: number): Promise<Message[]> {
  const id = currentConversation(chat);
  const messages = await waitForApi(chat, (signal) => askMessages(chat, signal, id));
  const show = await openRecap(chat, messages, count);
  show();
  noteReplies(chat, messages);
  return messages;
}

/** /name */
export async function nameConversation(chat: Chat, text: string): Promise<void> {
  const newName = checkedName(text, '/name Opening hours');
  const id = currentConversation(chat);
  const named = await callApi(chat, (api, call) =>
    renameConversation(api, { id, name: newName }, call),
  );
  const shown = sanitizeLine(newName);
  nameWindow(chat, { conversation: newName });
  notify(chat, `named ${shown}; /resume ${shown} continues it later`);
  noticeTakeover(chat, named);
}

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
