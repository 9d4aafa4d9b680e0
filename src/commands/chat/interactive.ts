import type { Context } from '../../process/context.js';
import { introduction } from '../../chat/assistant-commands.js';
import { notify, notifyFailure, type Chat, type ChatState } from '../../chat/chat.js';
import { TAKEN_OVER_NOTICE } from '../../chat/control-commands.js';
import { recapLines } from '../../chat/conversation-commands.js';
import { runChat } from '../../chat/loop.js';
import type { Assistant, Conversation, Message } from '../../conversations/conversation.js';
import { isTakenOver } from '../../conversations/update.js';
import { allMessages } from '../../conversations/messages.js';
import { sanitizeLine } from '../../text/sanitize.js';
import { AppError } from '../../base/errors.js';
import { isSilent, type Account, type Notify } from '../../account/account.js';
import type { Appearance } from '../../terminal/appearance.js';
import { openChatTerminal } from '../../terminal/chat-terminal.js';
import { questionsOn } from '../../terminal/dialogs.js';
import { keepMemorySmall } from '../../process/v8-flags.js';
import { appearanceFor, RAW_WARNING, type ChatOptions } from '../options.js';
import { turnInput } from '../conversation-choice.js';
import { completionFor } from './completion.js';
import { accountFor, assistantFor, type Setup } from './first-run.js';
import { historyFor } from './history.js';
import { chatPorts } from './ports.js';

/** Bound on asking who the assistant is, in milliseconds. */
const INTRODUCTION_MS = 30_000;

interface Scene {
  options: ChatOptions;
  context: Context;
  appearance: Appearance;
  account: Account;
  assistantId: string;
  lines: Lines;
}

/** A chat with a person at a terminal. Gives the exit code. */
export async function interactiveChat(options: ChatOptions, context: Context): Promise<number> {
  keepMemorySmall();
  const appearance = appearanceFor(options, context);
  const lines = linesTo(context);
  if (appearance.raw) lines.notify(RAW_WARNING);
  const setup: Setup = {
    options,
    context,
    questions: questionsOn(context, appearance),
    notify: lines.notify,
  };
  const account = await accountFor(setup);
  if (!account) return 0;
  try {
    const assistantId = await assistantFor(account, setup);
    if (assistantId === undefined) return 0;
    await converse({ options, context, appearance, account, assistantId, lines });
    return 0;
  } finally {
    await account.close();
  }
}

async function converse(scene: Scene): Promise<void> {
  const { options, context, appearance, account, assistantId, lines } = scene;
  const session = { ...account, ...account.talkTo(assistantId) };
  const input = await turnInput(options, { session, context });
  const { conversationId, title, speaker, metadata, isNew } = input;
  const history = historyFor(account.settings, context, lines.notify);
  const state: ChatState = {
    ...{ assistantId, conversationId, title, speaker },
    ...{ lastText: undefined, lastFailure: undefined, turns: [] },
  };
  const complete = completionFor(account.client, () => state.assistantId, context.signal);
  const editor = openChatTerminal(context, appearance, { history, complete });
  const ports = chatPorts({
    account,
    context,
    editor,
    appearance,
    metadata,
    stream: options.stream,
  });
  const chat = { state, ports };
  lines.through((line) => editor.print(`${line}\n`, 'stderr'));
  const leaving = new AbortController();
  try {
    const signal = AbortSignal.any([context.signal, leaving.signal]);
    const earlier = isNew ? undefined : conversationId;
    if (!isSilent(options)) void introduce(chat, earlier, signal);
    await runChat(chat);
  } finally {
    leaving.abort();
    editor.close();
    lines.through(undefined);
    farewell(chat, scene);
  }
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
    await chat.running;
    if (signal.aborted) return;
    const isFirst = chat.state.lastText === undefined;
    notify(chat, ...introduction(isFirst ? assistant : { ...assistant, greeting: '' }));
    if (conversation && isTakenOver(conversation)) notify(chat, TAKEN_OVER_NOTICE);
    if (messages && isFirst) notify(chat, ...recapLines(messages));
  } catch (error) {
    await chat.running;
    if (signal.aborted) return;
    if (!(error instanceof AppError)) throw error;
    notifyFailure(chat, error);
  }
}

interface Known {
  assistant: Assistant;
  /** Of a conversation that goes on. */
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

/** How to come back; what a sandbox in this process knew is gone with it. */
function farewell({ state: { conversationId } }: Chat, { account, context, options }: Scene): void {
  if (conversationId === undefined || options.quiet) return;
  const id = sanitizeLine(conversationId);
  const resume = account.isSandbox ? '' : `resume: telnyx-chat --conversation ${id}\n`;
  context.stderr.write(`conversation: ${id}\n${resume}`);
}

interface Lines {
  notify: Notify;
  /** While there is a prompt, lines go above it. */
  through(print: Notify | undefined): void;
}

function linesTo({ stderr }: Context): Lines {
  let print: Notify | undefined;
  return {
    notify(line) {
      if (print) print(line);
      else stderr.write(`${line}\n`);
    },
    through(next) {
      print = next;
    },
  };
}
