// Loaded late: a piped chat needs no terminal.
import type { Account } from '../../account/account.js';
import { wrapsWords, type Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import { introduction } from '../../chat/assistant-commands.js';
import { notify, notifyFailure, type Chat, type ChatState } from '../../chat/chat.js';
import { TAKEN_OVER_NOTICE } from '../../chat/control-commands.js';
import { recapLines } from '../../chat/conversation-commands.js';
import { nameFrom, nameWindow } from '../../chat/attention.js';
import { runChat } from '../../chat/loop.js';
import type { LineEditor } from '../../chat/ports.js';
import { noteReplies } from '../../chat/message-commands.js';
import { noteAssistant } from '../../chat/tool-calls.js';
import type { Assistant, Conversation, Message } from '../../conversations/conversation.js';
import { allMessages } from '../../conversations/messages.js';
import { isTakenOver } from '../../conversations/update.js';
import type { Context } from '../../process/context.js';
import { keepMemorySmall } from '../../process/v8-flags.js';
import type { Appearance, Format } from '../../terminal/appearance.js';
import { openChatTerminal } from '../../terminal/chat-terminal.js';
import { questionsOn } from '../../terminal/questions.js';
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
    questions: questionsOn(context, appearance),
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
    ...{ assistantId, conversationId, title, speaker },
    ...{ lastText: undefined, lastFailure: undefined, turns: [] },
    ...{ replies: [], names: { assistant: '', conversation: '' }, trace: trace === true },
  };
  const windowTitle = openWindowTitle(context, appearance);
  const editor = editorFor(state, { ...options, windowTitle });
  const { stream } = output;
  const chat = {
    state,
    ports: chatPorts({
      ...{ account, context, editor, appearance, prose, metadata, stream, trace, windowTitle },
    }),
  };
  lines.through((line) => editor.print(`${line}\n`, 'stderr'));
  const leaving = new AbortController();
  try {
    const signal = AbortSignal.any([context.signal, leaving.signal]);
    const earlier = created ? undefined : conversationId;
    if (own && !isSilent(output)) notify(chat, TEMPORARY_NOTICE);
    if (!isSilent(output)) void introduce(chat, earlier, signal);
    await runChat(chat);
  } finally {
    leaving.abort();
    if (own) context.outliveReader();
    editor.close();
    windowTitle.close();
    lines.through(undefined);
    await endChat(state, { ...options, quiet: output.quiet });
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
    await chat.running;
    if (signal.aborted) return;
    const isFirst = chat.state.lastText === undefined;
    notify(chat, ...introduction(isFirst ? assistant : { ...assistant, greeting: '' }));
    if (conversation && isTakenOver(conversation)) notify(chat, TAKEN_OVER_NOTICE);
    if (messages && isFirst) {
      noteReplies(chat, messages);
      notify(chat, ...recapLines(messages));
    }
  } catch (error) {
    await chat.running;
    if (signal.aborted) return;
    if (!(error instanceof AppError)) throw error;
    notifyFailure(chat, error);
  }
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

type Print = (line: string) => void;

interface Lines {
  /** Wrapped at the window's edge. */
  print: Print;
  printAsIs: Print;
  /** While there is a prompt, lines go above it. */
  through(print: Print | undefined): void;
}

function linesTo({ stderr }: Context, prose: Prose): Lines {
  let above: Print | undefined;
  const printAsIs = (line: string): void => {
    if (above) above(line);
    else stderr.write(`${line}\n`);
  };
  return {
    print: (line) => printAsIs(prose(line)),
    printAsIs,
    through(next) {
      above = next;
    },
  };
}
