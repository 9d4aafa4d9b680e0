import { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { ReplyEvent, Turn } from '../turn/events.js';

export type Line = string | AppError;

export interface PipedChat {
  /** One turn each; blank ones are passed over. One that cannot be sent comes as its failure. */
  lines: AsyncGenerator<Line>;
  takeTurn(text: string, conversationId: string | undefined): AsyncGenerator<ReplyEvent>;
  show(turn: Turn): Promise<void>;
  /** With it, a failed turn is told and the next line is sent. */
  onFailure?: ((error: AppError) => void) | undefined;
  conversationId: string | undefined;
  /** Bounds the wait for lines that are only counted. */
  clock: Pick<Clock, 'sleep'>;
  /** Ends the chat from outside, also while it waits for a line. */
  signal: AbortSignal;
}

/** How long the lines that were not sent are counted, in milliseconds: they may never end. */
const COUNTING_MS = 1_000;

/**
 * Lines in, replies out, one turn after another in one conversation.
 * Returns the first failure of a chat that went on after it; throws the failure that ends one.
 */
export async function runPipedChat(chat: PipedChat): Promise<AppError | undefined> {
  let { conversationId } = chat;
  let firstFailure: AppError | undefined;
  for await (const line of asTurns(chat)) {
    try {
      if (typeof line !== 'string') throw line;
      for await (const event of chat.takeTurn(line, conversationId)) {
        if (event.type === 'start') ({ conversationId } = event);
        if (event.type === 'done') await chat.show(event.turn);
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!chat.onFailure || isStop(error)) throw await withUnsent(error, chat);
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
async function* asTurns({ lines, signal }: PipedChat): AsyncGenerator<Line> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  stopped.catch(() => undefined); // A stop while a turn runs is that turn's failure.
  const read = (): Promise<IteratorResult<Line>> => Promise.race([lines.next(), stopped]);
  for (let next = await read(); !next.done; next = await read()) {
    if (!isBlank(next.value)) yield next.value;
  }
}

function isBlank(line: Line): boolean {
  return typeof line === 'string' && line.trim() === '';
}

async function withUnsent(error: AppError, chat: PipedChat): Promise<AppError> {
  if (isStop(error)) return error;
  const { count, isAll } = await countUnsent(chat);
  if (count === 0) return error;
  const lines = `${count} more ${count === 1 ? 'line was' : 'lines were'} not sent`;
  return error.but({ message: `${error.message}; ${isAll ? '' : 'at least '}${lines}` });
}

/** Counts the lines that are left: to their end, or those that come before the time is up. */
async function countUnsent({
  lines,
  clock,
}: PipedChat): Promise<{ count: number; isAll: boolean }> {
  const counted = new AbortController();
  // What is there already counts even then.
  const late = clock.sleep(COUNTING_MS, counted.signal).then(immediate, () => 'late' as const);
  let count = 0;
  try {
    for (;;) {
      const next = await Promise.race([lines.next(), late]);
      if (next === 'late') return { count, isAll: false };
      if (next.done) return { count, isAll: true };
      if (!isBlank(next.value)) count++;
    }
  } catch {
    return { count, isAll: false }; // The turn's failure is the one to report, not that of its count.
  } finally {
    counted.abort();
  }
}

function immediate(): Promise<'late'> {
  return new Promise((resolve) => setImmediate(resolve, 'late'));
}
