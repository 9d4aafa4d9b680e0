import { AppError } from '../base/errors.js';
import { type ReplyEvent, startedEarly } from '../turn/events.js';
import { withSilences } from '../turn/silence.js';
import { SEARCH_NOTICE, noticeOf, WAITING } from '../turn/turn-report.js';
import { createReplyText, CUT_OFF } from '../turn/reply-text.js';
import { announced, nameWindow, newName } from './attention.js';
import { cancellable, notify, type Chat } from './chat.js';
import { messageArrived, messageFailed, messageStarts } from './message-outcome.js';
import { withWaysOut } from './control-commands.js';
import { showToolCalls } from './tool-calls.js';

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
