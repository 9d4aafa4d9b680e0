import { AppError } from '../base/errors.js';
import { type ReplyEvent, startedEarly } from '../turn/events.js';
import { SEARCH_NOTICE, noticeOf, WAITING } from '../turn/turn-report.js';
import { createReplyText, CUT_OFF } from '../turn/reply-text.js';
import { announced, nameWindow, newName } from './attention.js';
import { cancellable, notifyFailure, notify, type Chat } from './chat.js';
import { withWaysOut } from './control-commands.js';
import { showToolCalls } from './tool-calls.js';

/** Sends a message and shows its reply. After a failure, the message is back at the prompt. */
export async function showTurn(chat: Chat, text: string): Promise<void> {
  const { state, ports } = chat;
  state.lastText = text;
  state.lastFailure = undefined;
  try {
    await cancellable(chat, WAITING, (signal) => announced(chat, showReply(chat, text, signal)));
    await showToolCalls(chat, text);
  } catch (error) {
    if (!(error instanceof AppError) || ports.signal.aborted) throw error;
    state.lastFailure = error;
    notifyFailure(chat, error.kind === 'ai_disabled' ? withWaysOut(error) : error);
    ports.editor.restoreDraft(text);
  }
}

async function showReply(chat: Chat, text: string, signal: AbortSignal): Promise<void> {
  const { state, ports } = chat;
  const { assistantId, conversationId, title, speaker } = state;
  const turn = { text, assistantId, conversationId, title, speaker };
  const events = startedEarly(ports.takeTurn(turn, signal));
  let printer = await ports.openReplyPrinter();
  const reply = createReplyText();
  try {
    for await (const event of events) {
      noteEvent(chat, event);
      if (event.type === 'start' && event.newConversation)
        nameWindow(chat, { conversation: newName(chat, text) });
      if (reply.isReplaced(event)) {
        printReply(chat, printer.end());
        notify(chat, CUT_OFF);
        printer = await ports.openReplyPrinter();
      }
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
