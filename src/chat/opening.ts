import { RETENTION_FIX } from '../conversations/assistants.js';
import type { Assistant, Message } from '../conversations/conversation.js';
import { timeOf } from '../conversations/messages.js';
import { toolCallsIn, transcriptLines } from '../conversations/transcript.js';
import { age } from '../base/time.js';
import { cutText, sanitize, sanitizeLine } from '../base/text/sanitize.js';
import { type Chat, noticeText, notify } from './chat.js';
import type { ReplyPrinter } from './ports.js';
import { personPrompt, promptOf } from './prompt.js';

/** Decides whether the turns with this assistant show their tool calls. */
export function noteAssistant({ state, ports }: Chat, assistant: Assistant): void {
  // Without history there is no list to find them in.
  state.trace = (ports.trace ?? assistant.hasTools) && assistant.dataRetention;
}

const MAX_GREETING = 2000;

/**
 * Shows the assistant of the chat, its greeting as a reply, and a warning when it keeps no history. The
 * renderer is loaded before, so that nothing else gets in between.
 */
export async function openIntroduction(
  chat: Chat,
  { name, model, greeting, dataRetention }: Assistant,
): Promise<(options?: { isGreeted?: boolean }) => void> {
  const printer = greeting === '' ? undefined : await chat.ports.openReplyPrinter('stderr');
  const who = sanitizeLine(`${name}${model === '' ? '' : ` (${model})`}`);
  return ({ isGreeted = true } = {}) => {
    const greeted =
      printer && isGreeted ? printer.write(greetingText(greeting)) + printer.end() : '';
    const warning = dataRetention ? '' : noticeText(chat, NO_DATA);
    // In one go: a screen reader says the prompt after each.
    chat.ports.editor.print(noticeText(chat, `assistant: ${who}`) + greeted + warning, 'stderr');
  };
}

const NO_DATA = `warning: this assistant keeps no data, and Telnyx may refuse to chat with it: ${RETENTION_FIX}`;

/** Blocks such as a list begin on a line of their own. */
function greetingText(greeting: string): string {
  const text = cutText(sanitize(greeting).trim(), MAX_GREETING);
  return `greeting:${text.includes('\n') ? '\n\n' : ' '}${text}`;
}

/** Messages shown when a conversation is continued. */
const RECAP_COUNT = 4;
/** After a pause this long, or when they are this old, the age of messages is shown. */
const PAUSE_MS = 30 * 60_000;

/**
 * Shows the last messages of a conversation as they looked live: what was typed after the prompt,
 * replies through the renderer, tool calls as dim lines below them. The API has a person's messages in the
 * assistant's role: those that this chat added are known, and in a conversation that is taken over now,
 * each reply that follows another one.
 */
export async function openRecap(
  chat: Chat,
  messages: readonly Message[],
  count = RECAP_COUNT,
): Promise<() => void> {
  const shown = messages.slice(-count);
  // Opened before anything is shown, so that nothing else gets in between.
  const printers = new Map<Message, ReplyPrinter>();
  for (const message of shown.filter(isReply)) {
    printers.set(message, await chat.ports.openReplyPrinter('stderr'));
  }
  return () => {
    const earlier = messages.length - shown.length;
    if (messages.length === 0) notify(chat, 'no messages are kept of this conversation');
    if (earlier > 0) notify(chat, `… ${earlier} earlier messages: /history ${messages.length}`);
    const personPrompts = promptsOfPerson(chat, messages);
    let turn: Message[] = [];
    for (const [index, message] of shown.entries()) {
      if (message.role === 'user') turn = [];
      turn.push(message);
      const prompt = personPrompts.get(message);
      if (prompt !== undefined) chat.ports.editor.printSent(sanitize(message.text), prompt);
      else {
        if (followsReply(message, shown[index - 1])) chat.ports.editor.print('\n', 'stderr');
        showMessage(chat, message, printers.get(message));
      }
      const next = shown[index + 1];
      if (next && next.role !== 'user') continue;
      showToolCalls(chat, turn);
      showAge(chat, message, next);
    }
  };
}

const isReply = ({ role, text }: Message): boolean => role === 'assistant' && text !== '';

/** Added by a person who took over: no prompt stands between it and the reply before it. */
const followsReply = (message: Message, previous: Message | undefined): boolean =>
  isReply(message) && previous !== undefined && isReply(previous);

/** The prompts at which a person typed messages in the assistant's role. */
function promptsOfPerson(chat: Chat, messages: readonly Message[]): Map<Message, string> {
  const { state } = chat;
  const left = state.added.filter(({ conversationId }) => conversationId === state.conversationId);
  const prompts = new Map<Message, string>();
  for (const [index, message] of messages.entries()) {
    if (!isReply(message)) continue;
    const known = left.findIndex(({ text }) => text === message.text);
    const [own] = known < 0 ? [] : left.splice(known, 1);
    if (own) prompts.set(message, own.prompt);
    else if (state.isTakenOver && followsReply(message, messages[index - 1]))
      prompts.set(message, personPrompt(chat));
  }
  return prompts;
}

function showMessage(chat: Chat, message: Message, printer: ReplyPrinter | undefined): void {
  const { editor, paint } = chat.ports;
  const { role, text } = message;
  if (printer) editor.print(printer.write(text) + printer.end(), 'stderr');
  else if (role === 'user')
    editor.printSent(sanitize(text), promptOf({ speaker: undefined }, paint));
  else if (role !== 'assistant' && role !== 'tool') notify(chat, ...transcriptLines([message]));
}

function showToolCalls(chat: Chat, turn: readonly Message[]): void {
  const lines = toolCallsIn(turn).map((call) => chat.ports.toolCallLine(call));
  if (lines.length > 0) notify(chat, ...lines);
}

/** The age of a turn that is followed by a pause. */
function showAge(chat: Chat, message: Message, next: Message | undefined): void {
  const now = chat.ports.clock.now();
  const time = timeOf(message);
  if (time === 0 || (next ? timeOf(next) : now.getTime()) - time < PAUSE_MS) return;
  notify(chat, age(new Date(time).toISOString(), now));
}
