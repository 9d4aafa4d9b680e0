import { AppError } from '../errors.js';
import type { ReplyEvent, Turn } from './conversation.js';

export interface PipedChat {
  /** One turn each; blank ones are passed over. */
  lines: AsyncGenerator<string>;
  takeTurn(text: string, conversationId: string | undefined): AsyncGenerator<ReplyEvent>;
  show(turn: Turn): Promise<void>;
  /** With it, a failed turn is told and the next line is sent. */
  onFailure?: ((error: AppError) => void) | undefined;
  conversationId: string | undefined;
}

/**
 * Lines in, replies out, one turn after another in one conversation.
 * Returns the first failure of a chat that went on after it; throws the failure that ends one.
 */
export async function runPipedChat(chat: PipedChat): Promise<AppError | undefined> {
  let { conversationId } = chat;
  let firstFailure: AppError | undefined;
  for await (const line of asTurns(chat.lines)) {
    try {
      for await (const event of chat.takeTurn(line, conversationId)) {
        if (event.type === 'start') ({ conversationId } = event);
        if (event.type === 'done') await chat.show(event.turn);
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!chat.onFailure || isStop(error)) throw await withUnsent(error, chat.lines);
      firstFailure ??= error;
      chat.onFailure(error);
    }
  }
  return firstFailure;
}

function isStop({ kind }: AppError): boolean {
  return kind === 'interrupted' || kind === 'terminated';
}

/** The lines that are turns. Unlike `for await`, it leaves `lines` open for whoever counts the rest. */
async function* asTurns(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    if (next.value.trim() !== '') yield next.value;
  }
}

async function withUnsent(error: AppError, lines: AsyncGenerator<string>): Promise<AppError> {
  if (isStop(error)) return error;
  let count = 0;
  for await (const line of lines) if (line.trim() !== '') count++;
  if (count === 0) return error;
  const unsent = `${count} more ${count === 1 ? 'line was' : 'lines were'} not sent`;
  return new AppError(error.kind, `${error.message}; ${unsent}`, {
    ...error.details,
    cause: error.cause,
  });
}
