import { AppError } from '../base/errors.js';
import { notify, notifyFailure, type Chat } from './chat.js';
import { COMMANDS } from './commands.js';
import type { Typed } from './ports.js';
import { showTurn } from './show-turn.js';
import { parseInput, SLASH_COMMANDS, type ChatInput } from './slash-commands.js';

/** A second Ctrl-C within so many milliseconds leaves. */
const EXIT_CONFIRM_MS = 2_000;

/** The chat loop: runs until the person leaves. Rejects when it is ended from outside. */
export async function runChat(chat: Chat): Promise<void> {
  const { editor, signal } = chat.ports;
  // A closed editor ends the read that is waiting.
  const close = (): void => editor.close();
  signal.addEventListener('abort', close);
  try {
    await readInputs(chat);
  } finally {
    signal.removeEventListener('abort', close);
  }
  signal.throwIfAborted();
}

async function readInputs(chat: Chat): Promise<void> {
  const { editor, clock, signal } = chat.ports;
  let interruptedAt = -Infinity;
  while (!signal.aborted) {
    const typed = await editor.read();
    if (typed.type === 'end') return;
    if (typed.type === 'interrupt') {
      const now = clock.monotonic();
      if (now - interruptedAt <= EXIT_CONFIRM_MS) return;
      interruptedAt = now;
      notify(chat, 'to leave, press Ctrl-C again or Ctrl-D');
    } else if (typed.text.trim() !== '' && (await runInput(chat, typed)) === 'leave') return;
  }
}

/** Failures are shown, and the chat goes on. */
async function runInput(chat: Chat, { text }: Extract<Typed, { type: 'text' }>): Promise<unknown> {
  const input = parseInput(text);
  try {
    if (input.type === 'unknown') throw unknownCommand(input);
    if (input.type === 'command') return await COMMANDS[input.name](chat, input.argument);
    await showTurn(chat, input.text);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || chat.ports.signal.aborted) throw error;
    notifyFailure(chat, error);
    if (isWorthMending(input)) chat.ports.editor.restoreDraft(text);
    return undefined;
  }
}

/** A command that failed comes back to be mended; one without an argument is as quickly typed again. */
function isWorthMending(input: ChatInput): boolean {
  return input.type === 'unknown' || (input.type === 'command' && takesArgument(input));
}

function takesArgument({ name, argument }: { name: string; argument: string }): boolean {
  const command = SLASH_COMMANDS.find((known) => known.name === name);
  return argument !== '' || command?.argument.startsWith('<') === true;
}

function unknownCommand({ name, nearest }: Extract<ChatInput, { type: 'unknown' }>): AppError {
  const near = nearest ? `did you mean /${nearest}? ` : '/help shows the commands; ';
  return new AppError('usage', `unknown command /${name}`, {
    hint: `${near}to send it as text, begin with a space`,
  });
}
