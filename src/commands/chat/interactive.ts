// Loaded late: a piped chat needs no terminal.
import type { Account } from '../../account/account.js';
import type { Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import { introduction } from '../../chat/assistant-commands.js';
import { notify, notifyFailure, type Chat, type ChatState } from '../../chat/chat.js';
import { TAKEN_OVER_NOTICE } from '../../chat/control-commands.js';
import { runChat } from '../../chat/loop.js';
import { openRecap } from '../../chat/recap.js';
import { promptOf, showPrompt } from '../../chat/prompt.js';
import type { Assistant, Conversation, Message } from '../../conversations/conversation.js';
import { allMessages } from '../../conversations/messages.js';
import { isTakenOver } from '../../conversations/update.js';
import type { Context } from '../../process/context.js';
import { keepMemorySmall } from '../../process/v8-flags.js';
import type { Settings } from '../../settings/settings.js';
import { openInputHistory, type InputHistory } from '../../store/input-history.js';
import { storePaths } from '../../store/paths.js';
import type { Appearance, Format } from '../../terminal/appearance.js';
import { openChatTerminal } from '../../terminal/chat-terminal.js';
import { questionsOn } from '../../terminal/questions.js';
import { paintFor } from '../../terminal/styles.js';
import { sanitizeLine } from '../../text/sanitize.js';
import { chosenConversation, type ConversationChoice } from '../options/conversation.js';
import { appearanceFor, isSilent, noticesTo, RAW_WARNING } from '../options/output.js';
import { linesTo, type Lines } from './lines.js';
import { completionFor, chatPorts } from './ports.js';
import { accountFor, assistantFor, type Setup } from './first-run.js';

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
  appearance: { format: Format; screenReader: boolean; raw: boolean };
}

/** A chat with a person at a terminal. Gives the exit code. */
export async function interactiveChat(values: ChatValues, context: Context): Promise<number> {
  keepMemorySmall();
  const { target, output } = values;
  const appearance = appearanceFor({ ...output, ...values.appearance }, context);
  const lines = linesTo(context);
  if (appearance.raw) lines.print(RAW_WARNING);
  const setup: Setup = {
    target,
    context,
    questions: lines.noting(questionsOn(context, appearance)),
    print: lines.print,
    notices: noticesTo(lines.print, output, context.env),
  };
  const account = await accountFor(setup);
  if (!account) return 0;
  try {
    const assistantId = await assistantFor(account, setup);
    if (assistantId === undefined) return 0;
    await converse(values, { context, appearance, account, assistantId, lines });
    return 0;
  } finally {
    await account.close();
  }
}

interface ConverseOptions {
  context: Context;
  appearance: Appearance;
  account: Account;
  assistantId: string;
  lines: Lines;
}

async function converse(values: ChatValues, options: ConverseOptions): Promise<void> {
  const { output } = values;
  const { context, appearance, account, assistantId, lines } = options;
  const session = { ...account, ...account.chatWith(assistantId) };
  const chosen = await chosenConversation(values.conversation, { session, context });
  const { conversationId, title, speaker, metadata, isNew } = chosen;
  const history = historyFor(account.settings, context, lines.print);
  const state: ChatState = {
    ...{ assistantId, conversationId, title, speaker },
    ...{ lastText: undefined, lastFailure: undefined, unconfirmed: new Set(), turns: [] },
  };
  const complete = completionFor(account.client, () => state.assistantId, context.signal);
  const prompt = promptOf(state, paintFor(appearance));
  const { hasText: hasTextAbove } = lines;
  const editor = openChatTerminal(context, appearance, { history, complete, prompt, hasTextAbove });
  const { stream, verbose: isVerbose } = output;
  const chat = {
    state,
    ports: chatPorts({ account, context, editor, appearance, metadata, stream, isVerbose }),
  };
  lines.through((line) => editor.print(`${line}\n`, 'stderr'));
  const leaving = new AbortController();
  try {
    const signal = AbortSignal.any([context.signal, leaving.signal]);
    const earlier = isNew ? undefined : conversationId;
    if (!isSilent(output)) void introduce(chat, earlier, signal);
    await runChat(chat);
  } finally {
    leaving.abort();
    editor.close();
    lines.through(undefined);
    if (!output.quiet) sayHowToResume(chat, account, context);
  }
}

/** The input of earlier chats; undefined when nothing may be kept. */
function historyFor(
  { history }: Settings,
  context: Context,
  print: (line: string) => void,
): InputHistory | undefined {
  if (!history.value) return undefined;
  const onWarning = (message: string): void => print(`warning: ${message}`);
  const guard = { platform: context.platform, warn: onWarning };
  return openInputHistory({ directory: storePaths(context).state, guard, onWarning });
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
    const showRecap = messages && (await openRecap(chat, messages));
    await chat.running;
    if (signal.aborted) return;
    const isFirst = chat.state.lastText === undefined;
    notify(chat, ...introduction(isFirst ? assistant : { ...assistant, greeting: '' }));
    if (conversation) noteTakenOver(chat, conversation);
    if (isFirst) showRecap?.();
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

/** A sandbox in this process takes its conversations with it. */
function sayHowToResume(
  { state: { conversationId } }: Chat,
  { isSandbox }: Account,
  { stderr }: Context,
): void {
  if (conversationId === undefined) return;
  const id = sanitizeLine(conversationId);
  const resume = isSandbox ? '' : `resume: telnyx-chat --conversation ${id}\n`;
  stderr.write(`conversation: ${id}\n${resume}`);
}
