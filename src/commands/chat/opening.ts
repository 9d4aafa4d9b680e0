import { openAccount, type Account, type AccountOptions } from '../../account/account.js';
import { assistantsOf, openWithKey, storeInProfile } from '../../account/log-in.js';
import { loadSettings, profileName, type Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import { assistantQuestion } from '../../chat/conversation-commands.js';
import { openIntroduction, openRecap, noteAssistant } from '../../chat/opening.js';
import { nameFrom, nameWindow, showPrompt } from '../../chat/prompt.js';
import { askApi, askMessages, notify, notifyFailure, type Chat } from '../../chat/chat.js';
import { TAKEN_OVER_NOTICE } from '../../chat/control-commands.js';
import { noteReplies } from '../../chat/message-commands.js';
import {
  type Assistant,
  type Conversation,
  type Message,
  isTakenOver,
} from '../../conversations/conversation.js';
import type { Context } from '../../process/context.js';
import { requireAssistant } from '../../settings/resolve.js';
import type { ProfileValues } from '../../settings/settings.js';
import { KEY_QUESTION, type Questions } from '../../terminal/questions.js';

export interface Setup extends AccountOptions {
  target: Target;
  questions: Questions;
  /** Answers what the person has just done: not silent with `--quiet`. */
  print: (line: string) => void;
  /** The config could not be written, and the person has been told. */
  isUnwritable?: boolean;
}

/**
 * The account to chat with. Without a key, the person may log in, use the sandbox or leave; without
 * an assistant, they choose one. Undefined: they left.
 */
export async function accountFor(setup: Setup): Promise<Account | undefined> {
  const { target, context, questions } = setup;
  if (target.sandbox || (await hasKey(target, context))) return openAccount(target, setup);
  const answer = await questions.choose({
    text: 'There is no Telnyx API key yet. What would you like?',
    noun: 'answer',
    choices: [
      { value: 'login', cells: ['Log in with a key of the Telnyx portal'] },
      { value: 'sandbox', cells: ['Try the sandbox: no account needed'] },
      { value: 'leave', cells: ['Leave'] },
    ],
  });
  if (answer === 'sandbox') return openAccount({ ...target, sandbox: true }, setup);
  return answer === 'login' ? logIn(setup) : undefined;
}

async function hasKey(target: Target, context: Context): Promise<boolean> {
  const { apiKey, apiKeyCommand } = await loadSettings(target, context);
  return (apiKey ?? apiKeyCommand) !== undefined;
}

async function logIn(setup: Setup): Promise<Account | undefined> {
  const { questions, target, print } = setup;
  const key = (await questions.secret(KEY_QUESTION))?.trim();
  if (key === undefined || key === '') return undefined;
  const { account } = await openWithKey(key, target, setup);
  if (await stored(setup, { api_key: key })) print('the key is accepted and stored');
  return account;
}

/** Whether the config took the values: one that cannot be written never stops a chat. */
async function stored(setup: Setup, values: ProfileValues): Promise<boolean> {
  if (setup.isUnwritable) return false;
  const { target, context, print } = setup;
  try {
    await storeInProfile(await profileName(target, context), values, context);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    setup.isUnwritable = true;
    const why = sanitizeLine(error.message);
    print(`warning: not stored, it is only used in this chat: ${why}`);
    return false;
  }
}

/** The assistant of the settings, or one that the person chooses; undefined: they chose none. */
export async function assistantFor(account: Account, setup: Setup): Promise<string | undefined> {
  const { context, questions, print } = setup;
  if (account.settings.assistantId) return requireAssistant(account.settings);
  const assistants = await assistantsOf(account, context);
  if (assistants.length === 0) {
    throw new AppError('not_found', 'this account has no assistants', {
      hint: 'make one in the Telnyx portal first',
    });
  }
  const id = await questions.choose(assistantQuestion(assistants));
  if (id === undefined) return undefined;
  // The sandbox's assistants are nobody's choice for later.
  if (!account.isSandbox && (await stored(setup, { assistant_id: id }))) {
    print('it is this profile\u2019s assistant from now on; /assistant changes it for a chat');
  }
  return id;
}

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
  const { assistantId } = chat.state;
  const asked = askApi(chat, signal, (api, call) => api.getAssistant(assistantId, call));
  if (id === undefined) return { assistant: await asked };
  const [assistant, messages, conversation] = await Promise.all([
    asked,
    askMessages(chat, signal, id),
    askApi(chat, signal, (api, call) => api.getConversation(id, call)),
  ]);
  return { assistant, messages, conversation };
}
