import { AppError } from '../base/errors.js';
import { notify, notifyFailure, type Chat } from './chat.js';
import { showAddition } from './control-commands.js';
import { restoreHeld } from './message-outcome.js';
import type { Typed } from './ports.js';
import { showPrompt } from './prompt.js';
import { showTurn } from './show-turn.js';
import { parseInput, type ChatInput } from './slash-commands.js';

/** A second Ctrl-C within this time exits. */
const EXIT_CONFIRM_MS = 2_000;

/** The chat loop: runs until the person exits. Rejects when it is ended from outside. */
export async function runChat(chat: Chat): Promise<void> {
  const { editor, signal } = chat.ports;
  // Closing the editor ends a pending read.
  const close = (): void => editor.close();
  signal.addEventListener('abort', close);
  try {
    await readInputs(chat);
  } finally {
    signal.removeEventListener('abort', close);
    chat.state.following?.stop();
  }
  signal.throwIfAborted();
}

async function readInputs(chat: Chat): Promise<void> {
  const { editor, clock, signal } = chat.ports;
  let interruptedAt = -Infinity;
  while (!signal.aborted) {
    showPrompt(chat);
    const typed = await editor.read();
    if (typed.type === 'end') return;
    if (typed.type === 'interrupt' && chat.state.following) chat.state.following.stop();
    else if (typed.type === 'interrupt') {
      const now = clock.monotonic();
      if (now - interruptedAt <= EXIT_CONFIRM_MS) return;
      interruptedAt = now;
      notify(chat, 'press Ctrl-C again or Ctrl-D to exit');
    } else if (typed.text.trim() !== '') {
      interruptedAt = -Infinity;
      if ((await runInput(chat, typed)) === 'exit') return;
    }
    // A chat that has gone on to another conversation no longer follows the one before.
    const { following, conversationId } = chat.state;
    if (following && following.id !== conversationId) following.stop();
  }
}

/** A failure is shown, and the chat continues. */
async function runInput(
  chat: Chat,
  { text: line, isByKey }: Extract<Typed, { type: 'text' }>,
): Promise<unknown> {
  const input = parseInput(line, isByKey);
  try {
    if (input.type === 'unknown') throw unknownSlashCommand(input);
    if (input.type === 'command') {
      assertUsable(chat, input);
      return await input.command.run(chat, input.argument);
    }
    const { following, isTakenOver } = chat.state;
    if (following) await following.send(input.text);
    else await (isTakenOver ? showAddition : showTurn)(chat, input.text);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || chat.ports.signal.aborted) throw error;
    notifyFailure(chat, error);
    const comesBack = isWorthCorrecting(input, error);
    chat.ports.editor.holdQueued(comesBack ? line : undefined);
    if (comesBack) restoreHeld(chat);
    return undefined;
  }
}

/**
 * A failed command comes back to the prompt, unless it is quickly typed again (one without argument), or
 * has added a message perhaps.
 */
function isWorthCorrecting(input: ChatInput, error: AppError): boolean {
  if (input.type !== 'command') return input.type === 'unknown';
  if (error.details.delivery === 'unknown') return false;
  return input.argument !== '' || input.command.argument.startsWith('<');
}

const AS_MESSAGE = 'to send it as a message, start with a space';

function assertUsable(
  { commands }: Chat,
  { command, argument }: Extract<ChatInput, { type: 'command' }>,
): void {
  if (commands?.names.has(command.name) === false) {
    const isRedacted = commands.withoutRedact.includes(command.name);
    const why = isRedacted ? 'is not available with --redact' : 'is a command of the chat only';
    throw new AppError('usage', `/${command.name} ${why}`, {
      hint: `/help shows the commands; ${AS_MESSAGE}`,
    });
  }
  // Text after a command without argument may be a message that only begins like the command.
  if (argument !== '' && command.argument === '') {
    throw new AppError('usage', `/${command.name} takes nothing after it`, { hint: AS_MESSAGE });
  }
}

function unknownSlashCommand({ name, nearest }: Extract<ChatInput, { type: 'unknown' }>): AppError {
  const advice = nearest ? `did you mean /${nearest}? ` : '/help shows the commands; ';
  return new AppError('usage', `unknown command /${name}`, { hint: `${advice}${AS_MESSAGE}` });
}
