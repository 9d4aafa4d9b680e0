import { AppError } from '../base/errors.js';
import { firstWords } from '../conversations/metadata.js';
import { type ReplyEvent, startedEarly } from '../turn/events.js';
import { withSilences } from '../turn/silence.js';
import { SEARCH_NOTICE, noticeOf, WAITING, createReplyText, CUT_OFF } from '../turn/turn-report.js';
import { turnToolCalls } from '../turn/turn-tool-calls.js';
import { cancellable, notify, type Chat, notifyAsIs } from './chat.js';
import { withWaysOut } from './control-commands.js';
import { messageArrived, messageFailed, messageStarts } from './message-outcome.js';
import { nameWindow } from './prompt.js';

/** Sends a message and shows its reply. */
export async function showTurn(chat: Chat, text: string): Promise<void> {
  const shown = { text, hasReply: false };
  messageStarts(chat, text, 'turn');
  try {
    await cancellable(chat, WAITING, (signal) => announced(chat, showReply(chat, shown, signal)));
    chat.state.isTakenOver = false;
    await showToolCalls(chat, text);
    messageArrived(chat, text);
  } catch (error) {
    if (!(error instanceof AppError) || chat.ports.signal.aborted) throw error;
    if (error.kind === 'ai_disabled') chat.state.isTakenOver = true;
    messageFailed(chat, { ...shown, error: withWaysOut(error) });
  }
}

interface ShownTurn {
  text: string;
  /** The beginning of the reply is on the screen. */
  hasReply: boolean;
}

async function showReply(chat: Chat, shown: ShownTurn, signal: AbortSignal): Promise<void> {
  const { state, ports } = chat;
  const { assistantId, conversationId, title, speaker } = state;
  const turn = { text: shown.text, assistantId, conversationId, title, speaker };
  const started = startedEarly(ports.takeTurn(turn, signal));
  const events = ports.isAnimated ? withSilences(started, ports.clock) : started;
  let status = WAITING;
  let printer = await ports.openReplyPrinter();
  const reply = createReplyText();
  try {
    for await (const event of events) {
      if (event.type === 'silence') {
        ports.editor.setStatus(status);
        continue;
      }
      status = event.type === 'search' ? SEARCH_NOTICE : WAITING;
      noteEvent(chat, event);
      if (event.type === 'start' && event.newConversation)
        nameWindow(chat, { conversation: newName(chat, shown.text) });
      if (reply.isReplaced(event)) {
        printReply(chat, printer.end());
        notify(chat, CUT_OFF);
        printer = await ports.openReplyPrinter();
      }
      shown.hasReply ||= event.type === 'delta' && event.text.trim() !== '';
      printReply(chat, printer.write(reply.next(event)));
    }
  } finally {
    printReply(chat, printer.end());
  }
}

/** Printed text replaces the status line. */
function printReply({ ports: { editor } }: Chat, text: string): void {
  if (text === '') return;
  editor.setStatus(undefined);
  editor.print(text, 'stdout');
}

function noteEvent(chat: Chat, event: ReplyEvent): void {
  const { state, ports } = chat;
  if (event.type === 'start') state.conversationId = event.conversationId;
  if (event.type === 'done') {
    state.turns.push({ timing: event.turn.timing });
    state.replies.push(event.turn.reply);
  }
  if (event.type === 'search') ports.editor.setStatus(SEARCH_NOTICE);
  const notice = event.type === 'retry' ? noticeOf(event) : undefined;
  if (notice !== undefined) notify(chat, notice);
}

/** Replies that take longer are announced, in milliseconds. */
const LONG_REPLY_MS = 10_000;

/** Waits for a reply. One that took long is announced, for a person who looks elsewhere. */
async function announced<T>({ ports }: Chat, reply: Promise<T>): Promise<T> {
  const started = ports.clock.monotonic();
  try {
    return await reply;
  } finally {
    if (ports.clock.monotonic() - started > LONG_REPLY_MS) ports.announce();
  }
}

/** The name of a conversation that a message starts; its first words even where it gets no name. */
function newName({ state }: Chat, text: string): string {
  return state.title ?? firstWords(text) ?? '';
}

/** Shows the tool calls of the turn that has just ended. Not to know them fails no turn. */
async function showToolCalls(chat: Chat, text: string): Promise<void> {
  const { state, ports } = chat;
  const { conversationId, trace } = state;
  const reply = state.replies.at(-1);
  if (!trace || conversationId === undefined || reply === undefined) return;
  const turn = { conversationId, text, reply };
  const { api, clock } = ports;
  try {
    // Without a status: the reply is there, and the next message can be typed.
    const calls = await cancellable(chat, undefined, (signal) =>
      turnToolCalls(api, turn, { clock, signal }),
    );
    if (calls.length > 0) notifyAsIs(chat, ...calls.map((call) => ports.toolCallLine(call)));
  } catch (error) {
    if (!(error instanceof AppError) || ports.signal.aborted) throw error;
    const isSkipped = error.kind === 'interrupted';
    notify(chat, isSkipped ? SKIPPED : `the tool calls are not known: ${error.message}`);
  }
}

const SKIPPED = 'cancelled; /trace shows what tools were called, if any';
