import { AppError } from '../base/errors.js';
import type { CallOptions } from '../base/time.js';
import { errorLines } from '../text/error-report.js';
import { sanitize } from '../text/sanitize.js';
import type { Turn } from '../turn/events.js';
import type { ChatPorts } from './ports.js';

/** Bound on a call that is not a turn, in milliseconds. */
const CALL_MS = 30_000;

/** What the chat knows. */
export interface ChatState {
  assistantId: string;
  conversationId: string | undefined;
  /** Of the conversation that the next message begins. */
  title: string | undefined;
  speaker: string | undefined;
  lastText: string | undefined;
  /** How the last message failed; undefined when it was answered. */
  lastFailure: AppError | undefined;
  turns: Pick<Turn, 'reply' | 'timing'>[];
}

/** A chat that is going on: its state, and the ports it acts through. */
export interface Chat {
  state: ChatState;
  ports: ChatPorts;
  /** Settles when what runs now is done. */
  running?: Promise<unknown>;
}

/** Prints notices above the prompt, made safe whatever is quoted in them. */
export function notify({ ports }: Chat, ...lines: string[]): void {
  const safe = lines.map((line) => ports.paint.dim(sanitize(line)));
  ports.editor.print(`${safe.join('\n')}\n`, 'stderr');
}

/** Prints a failure above the prompt. */
export function notifyFailure({ ports }: Chat, error: AppError): void {
  const [first = '', ...others] = errorLines(error);
  const lines = [ports.paint.error(first), ...others.map((line) => ports.paint.dim(line))];
  ports.editor.print(`${lines.join('\n')}\n`, 'stderr');
}

/** Runs a task that Ctrl-C cancels, with a status line. */
export async function cancellable<T>(
  chat: Chat,
  status: string,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { editor, signal } = chat.ports;
  const cancel = new AbortController();
  const stopListening = editor.onInterrupt(() =>
    cancel.abort(new AppError('interrupted', 'cancelled')),
  );
  // By hand: each AbortSignal.any() would stay with the signal that outlives it.
  const end = (): void => cancel.abort(signal.reason);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  editor.setStatus(status);
  try {
    const running = task(cancel.signal);
    chat.running = running.catch(() => undefined);
    return await running;
  } finally {
    editor.setStatus(undefined);
    stopListening();
    signal.removeEventListener('abort', end);
  }
}

/** A call of the API that Ctrl-C cancels. */
export function callApi<T>(
  chat: Chat,
  call: (api: ChatPorts['api'], options: CallOptions) => Promise<T>,
): Promise<T> {
  return cancellable(chat, 'asking Telnyx', (signal) =>
    call(chat.ports.api, { signal, timeoutMs: CALL_MS }),
  );
}

/** The id of the conversation, or an error that says that there is none yet. */
export function currentConversation({ state }: Chat): string {
  if (state.conversationId !== undefined) return state.conversationId;
  throw new AppError('usage', 'there is no conversation yet', {
    hint: 'it begins with your first message; /resume goes on with an earlier one',
  });
}
