import { AppError, clauseOf, isStop } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { ReplyEvent, Turn } from '../turn/events.js';

/** A line of the input, or the reason why it cannot be sent. */
export type InputLine = string | AppError;

export interface PipedChat {
  /** Each is one turn; blank ones are skipped. */
  lines: AsyncGenerator<InputLine>;
  takeTurn(text: string, conversationId: string | undefined): AsyncGenerator<ReplyEvent>;
  show(turn: Turn): Promise<void>;
  /** When given, it is called with each failure, and the next line is sent. */
  onFailure?: ((error: AppError) => void) | undefined;
  conversationId: string | undefined;
  /** Limits the time for counting the unsent lines. */
  clock: Pick<Clock, 'sleep'>;
  /** Ends the chat from outside, also while it waits for a line. */
  signal: AbortSignal;
}

/** Limit on counting the unsent lines, in milliseconds: they may never end. */
const MAX_COUNTING_MS = 1_000;

/**
 * Lines in, replies out, one turn after another in one conversation. Throws the failure that ends the
 * chat; when failures do not end it, returns the first one.
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
      if (!chat.onFailure || isStop(error) || error.kind === 'output') {
        throw await withUnsent(error, chat);
      }
      firstFailure ??= error;
      chat.onFailure(error);
    }
  }
  return firstFailure;
}

/** The lines that are turns. `for await` would close `lines`, and the rest is still to be counted. */
async function* asTurns({ lines, signal }: PipedChat): AsyncGenerator<InputLine> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  stopped.catch(() => undefined); // While a turn runs, the turn itself fails.
  const read = (): Promise<IteratorResult<InputLine>> => Promise.race([lines.next(), stopped]);
  for (let next = await read(); !next.done; next = await read()) {
    if (!isBlank(next.value)) yield next.value;
  }
}

function isBlank(line: InputLine): boolean {
  return typeof line === 'string' && line.trim() === '';
}

async function withUnsent(error: AppError, chat: PipedChat): Promise<AppError> {
  if (isStop(error)) return error;
  const { count, isAll } = await countUnsent(chat);
  if (count === 0) return error;
  const lines = `${count} more ${count === 1 ? 'line was' : 'lines were'} not sent`;
  return error.but({ message: `${clauseOf(error)}; ${isAll ? '' : 'at least '}${lines}` });
}

/** Counts the remaining lines, or those that arrive within the time limit. */
async function countUnsent({
  lines,
  clock,
}: PipedChat): Promise<{ count: number; isAll: boolean }> {
  const counted = new AbortController();
  // Lines that have already arrived count even after the limit.
  const late = clock.sleep(MAX_COUNTING_MS, counted.signal).then(immediate, () => 'late' as const);
  let count = 0;
  try {
    for (;;) {
      const next = await Promise.race([lines.next(), late]);
      if (next === 'late') return { count, isAll: false };
      if (next.done) return { count, isAll: true };
      if (!isBlank(next.value)) count++;
    }
  } catch {
    return { count, isAll: false }; // The turn's failure is the one to report.
  } finally {
    counted.abort();
  }
}

function immediate(): Promise<'late'> {
  return new Promise((resolve) => setImmediate(resolve, 'late'));
}
