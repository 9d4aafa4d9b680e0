import type { Context } from '../../context.js';
import { introduction } from '../../core/chat/assistant-commands.js';
import { tell, tellFailure, type Chat, type ChatState } from '../../core/chat/chat.js';
import { recapLines } from '../../core/chat/conversation-commands.js';
import { runChat } from '../../core/chat/loop.js';
import { allMessages } from '../../core/messages.js';
import { sanitizeLine } from '../../core/sanitize.js';
import { AppError } from '../../errors.js';
import { isSilent, type Account, type Notify } from '../../session.js';
import { appearanceOf, type Appearance } from '../../terminal/appearance.js';
import { openChatTerminal } from '../../terminal/chat-terminal.js';
import { questionsOn } from '../../terminal/dialogs.js';
import { turnInput, type ChatOptions } from '../options.js';
import { completionFor } from './completion.js';
import { accountFor, assistantFor } from './first-run.js';
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
  const appearance = appearanceFor(options, context);
  const lines = linesTo(context);
  if (appearance.raw) lines.notify('warning: --raw lets replies control this terminal');
  const setup = { options, context, questions: questionsOn(context), notify: lines.notify };
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

function appearanceFor(options: ChatOptions, { env, stdout, stderr }: Context): Appearance {
  const { color, screenReader, format, raw } = options;
  const streams = { stdoutIsTTY: stdout.isTTY === true, stderrIsTTY: stderr.isTTY === true };
  return appearanceOf({ env, ...streams, color, screenReader, format, raw });
}

async function converse(scene: Scene): Promise<void> {
  const { options, context, appearance, account, assistantId, lines } = scene;
  const { last } = account.talkTo(assistantId);
  const { conversationId, title, speaker, metadata } = turnInput(options, last);
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
  try {
    if (!isSilent(options)) void introduce(chat);
    await runChat(chat);
  } finally {
    editor.close();
    lines.through(undefined);
    farewell(chat, scene);
  }
}

/**
 * Says who answers, and what was said before. Asked for when the prompt is already there, it also
 * opens the connection that the first message then uses.
 */
async function introduce(chat: Chat): Promise<void> {
  const { api, signal } = chat.ports;
  const { assistantId, conversationId } = chat.state;
  try {
    const call = { signal, timeoutMs: INTRODUCTION_MS };
    const assistant = await api.getAssistant(assistantId, call);
    tell(chat, ...introduction(assistant));
    if (conversationId === undefined) return;
    tell(chat, ...recapLines(await allMessages(api.listMessages(conversationId, call))));
  } catch (error) {
    if (error instanceof AppError && !signal.aborted) tellFailure(chat, error);
  }
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
