// Loaded late: a piped chat needs no terminal.
import type { Account } from '../../account/account.js';
import { wrapsWords, type Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import { openIntroduction } from '../../chat/assistant-commands.js';
import { notify, notifyFailure, type Chat, type ChatState } from '../../chat/chat.js';
import { TAKEN_OVER_NOTICE } from '../../chat/control-commands.js';
import { nameFrom, nameWindow } from '../../chat/attention.js';
import { runChat } from '../../chat/loop.js';
import { noteReplies } from '../../chat/message-commands.js';
import type { LineEditor } from '../../chat/ports.js';
import { promptOf, showPrompt } from '../../chat/prompt.js';
import { openRecap } from '../../chat/recap.js';
import { noteAssistant } from '../../chat/tool-calls.js';
import type { Assistant, Conversation, Message } from '../../conversations/conversation.js';
import { allMessages } from '../../conversations/messages.js';
import { isTakenOver } from '../../conversations/update.js';
import type { Context } from '../../process/context.js';
import { keepMemorySmall } from '../../process/v8-flags.js';
import type { Appearance, Format } from '../../terminal/appearance.js';
import { openChatTerminal } from '../../terminal/chat-terminal.js';
import { questionsOn } from '../../terminal/questions.js';
import { paintFor } from '../../terminal/styles.js';
import { openWindowTitle, type WindowTitle } from '../../terminal/window-title.js';
import { chosenConversation, type ConversationChoice } from '../options/conversation.js';
import {
  appearanceFor,
  isSilent,
  noticesTo,
  RAW_WARNING,
  tracePreference,
} from '../options/output.js';
import { proseOn, type Prose } from '../options/prose.js';
import { linesTo, type Lines } from './lines.js';
import { completionFor, chatPorts, historyFor } from './ports.js';
import { accountFor, assistantFor, type Setup } from './first-run.js';
import { endChat, TEMPORARY_NOTICE, TemporaryConversations } from './ending.js';

/** Bound on asking who the assistant is, in milliseconds. */
const INTRODUCTION_MS = 30_000;

interface ChatValues {
  target: Target;
  output: {
    json: boolean;
    jsonl: boolean;
    quiet: boolean;
    verbose: boolean;
    debug: boolean;
    color: boolean;
    stream: boolean;
  };
  conversation: ConversationChoice;
  ending: { temporary: boolean };
  appearance: { format: Format; screenReader: boolean; raw: boolean };
}

/** A chat with a person at a terminal. Gives the exit code. */
export async function interactiveChat(values: ChatValues, context: Context): Promise<number> {
  keepMemorySmall();
  const { target, output } = values;
  const prose = await proseOn(context.stderr, { ...target, ...values.appearance }, context);
  const wrap = wrapsWords(target.wrap, context);
  const appearance = appearanceFor({ ...output, ...values.appearance, wrap }, context);
  const lines = linesTo(context, prose);
  if (appearance.raw) lines.print(RAW_WARNING);
  const setup: Setup = {
    target,
    context,
    questions: lines.noting(questionsOn(context, appearance)),
    print: lines.print,
    notices: noticesTo({ notify: lines.print, debug: lines.printAsIs }, output, context.env),
  };
  const account = await accountFor(setup);
  if (!account) return 0;
  try {
    const assistantId = await assistantFor(account, setup);
    if (assistantId === undefined) return 0;
    const own = values.ending.temporary ? new TemporaryConversations(account, context) : undefined;
    const chosen = { account: own?.account ?? account, assistantId };
    await converse(values, { context, appearance, prose, own, ...chosen, lines });
    return 0;
  } finally {
    await account.close();
  }
}

interface ConverseOptions {
  context: Context;
  appearance: Appearance;
  prose: Prose;
  account: Account;
  assistantId: string;
  own: TemporaryConversations | undefined;
  lines: Lines;
}

async function converse(values: ChatValues, options: ConverseOptions): Promise<void> {
  const { output } = values;
  const { context, appearance, prose, account, assistantId, own, lines } = options;
  const session = { ...account, ...account.chatWith(assistantId) };
  const chosen = await chosenConversation(values.conversation, { session, context });
  const { conversationId, title, speaker, metadata, created } = chosen;
  const trace = tracePreference(account.settings, output);
  const state: ChatState = {
    ...{ assistantId, conversationId, title, speaker, added: [], turns: [], replies: [] },
    ...{ lastText: undefined, lastFailure: undefined, unconfirmed: new Set<string>() },
    ...{ names: { assistant: '', conversation: '' }, trace: trace === true },
  };
  const windowTitle = openWindowTitle(context, appearance);
  const editor = editorFor(state, { ...options, windowTitle });
  const { stream, verbose: isVerbose } = output;
  const turns = { metadata, stream, trace, isVerbose };
  const chat = {
    state,
    ports: chatPorts({ account, context, editor, appearance, prose, windowTitle, ...turns }),
  };
  lines.through((line) => editor.print(`${line}\n`, 'stderr'));
  const leaving = new AbortController();
  let failure: unknown;
  try {
    const signal = AbortSignal.any([context.signal, leaving.signal]);
    if (own && !isSilent(output)) notify(chat, TEMPORARY_NOTICE);
    if (!isSilent(output)) void introduce(chat, created ? undefined : conversationId, signal);
    await runChat(chat);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    leaving.abort();
    if (own) context.outliveReader();
    editor.close();
    windowTitle.close();
    lines.through(undefined);
    await endChat(state, { ...options, quiet: output.quiet, failure });
  }
}

function editorFor(
  state: ChatState,
  options: ConverseOptions & { windowTitle: WindowTitle },
): LineEditor {
  const { context, appearance, account, own, lines, windowTitle } = options;
  const { settings, client } = account;
  return openChatTerminal(context, appearance, {
    history: own ? undefined : historyFor(settings, context, lines.print),
    complete: completionFor(client, () => state.assistantId, context.signal),
    notify: settings.notify.value,
    stopProcess: () => windowTitle.without(context.stop),
    prompt: promptOf(state, paintFor(appearance)),
    hasTextAbove: lines.hasText,
  });
}

/**
 * Says who answers, and what was said before. Asked for when the prompt is already there, it also
 * opens the connection that the first message then uses. A person who is quicker is not interrupted:
 * the turn comes first, and neither a greeting nor a recap is due any more.
 */
async function introduce(
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

/** Whether it is taken over is known better from commands and turns that came first. */
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
