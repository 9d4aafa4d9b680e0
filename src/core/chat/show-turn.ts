import { AppError } from '../../errors.js';
import type { ReplyEvent } from '../conversation.js';
import { createReplyText } from '../reply-text.js';
import { cancellable, tellFailure, tell, type Chat } from './chat.js';

/** Sends a message and shows its reply; a failure gives the message back as draft. */
export async function showTurn(chat: Chat, text: string): Promise<void> {
  const { state, ports } = chat;
  state.lastText = text;
  state.lastFailure = undefined;
  try {
    await cancellable(chat, 'waiting for the assistant', (signal) => showReply(chat, text, signal));
  } catch (error) {
    if (!(error instanceof AppError) || ports.signal.aborted) throw error;
    state.lastFailure = error;
    tellFailure(chat, error);
    ports.editor.restoreDraft(text);
  }
}

async function showReply(chat: Chat, text: string, signal: AbortSignal): Promise<void> {
  const { state, ports } = chat;
  const { assistantId, conversationId, title, speaker } = state;
  const events = ports.takeTurn({ text, assistantId, conversationId, title, speaker }, signal);
  // Asked for first, the request goes out while the renderer loads.
  const first = events.next();
  first.catch(() => undefined);
  const printer = await ports.openReplyPrinter();
  const reply = createReplyText();
  try {
    for (let next = await first; !next.done; next = await events.next()) {
      note(chat, next.value);
      print(chat, printer.write(reply.next(next.value)));
    }
  } finally {
    print(chat, printer.end());
    await events.return(undefined);
  }
}

/** Printed text takes the status line's place. */
function print({ ports: { editor } }: Chat, text: string): void {
  if (text === '') return;
  editor.setStatus(undefined);
  editor.print(text, 'stdout');
}

function note(chat: Chat, event: ReplyEvent): void {
  const { state } = chat;
  if (event.type === 'start') state.conversationId = event.conversationId;
  if (event.type === 'done')
    state.turns.push({ reply: event.turn.reply, timing: event.turn.timing });
  if (event.type === 'retry') {
    tell(chat, `${event.error.message}; trying again in ${(event.waitMs / 1000).toFixed(1)} s`);
  }
}
