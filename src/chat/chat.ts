import { AppError } from '../base/errors.js';
import { Deadline, retrying, type CallOptions } from '../base/time.js';
import type { Message } from '../conversations/conversation.js';
import { allMessages } from '../conversations/message-pages.js';
import { errorLines } from '../base/text/error-report.js';
import { sanitize } from '../base/text/sanitize.js';
import type { Turn } from '../turn/events.js';
import type { ChatPorts } from './ports.js';

/** A conversation that the chat follows. */
export interface Following {
  id: string;
  /** Adds a person's message. */
  send(text: string): Promise<void>;
  stop(): void;
}

export interface ChatState {
  assistantId: string;
  conversationId: string | undefined;
  /** The title of the conversation that the next message starts. */
  title: string | undefined;
  speaker: string | undefined;
  /** Whether a person has taken the conversation over; undefined until it is known. */
  isTakenOver?: boolean | undefined;
  lastText: string | undefined;
  /** A turn, or a person's message that was added without one. */
  lastKind?: 'turn' | 'added';
  /** Undefined when the last message arrived. */
  lastFailure: AppError | undefined;
  /** Lines that may have been delivered, until another try of them arrives. */
  unconfirmed: Set<string>;
  /** The person's messages that this chat added, with the prompt of each. */
  added: AddedMessage[];
  turns: Pick<Turn, 'timing'>[];
  /** As the window's title has them; '' when there is none. */
  names: { assistant: string; conversation: string };
  /** The replies that /copy can copy, the last one at the end. */
  replies: string[];
  /** Whether tool calls are shown below each reply. */
  trace: boolean;
  /** The conversations that the last search found, in the order of their numbers. */
  found?: string[];
  /** Undefined when no conversation is followed. */
  following?: Following | undefined;
}

export interface AddedMessage {
  conversationId: string;
  text: string;
  prompt: string;
}

/** The names of the commands of a chat that does not have all. */
export interface OfferedCommands {
  names: ReadonlySet<string>;
  /** Those that it has without `--redact` only. */
  withoutRedact: readonly string[];
}

/** A running chat: its state, and the ports through which it acts. */
export interface Chat {
  state: ChatState;
  ports: ChatPorts;
  /** Undefined for all. */
  commands?: OfferedCommands;
  /** Settles when the current task is done. */
  running?: Promise<unknown>;
}

/** The state of a chat in which nothing has happened yet. */
export function newState(
  given: Pick<ChatState, 'assistantId' | 'conversationId' | 'title' | 'speaker' | 'trace'>,
): ChatState {
  return {
    ...given,
    ...{ lastText: undefined, lastFailure: undefined, unconfirmed: new Set<string>() },
    ...{ added: [], turns: [], replies: [], names: { assistant: '', conversation: '' } },
  };
}

/** Prints notices above the prompt. */
export function notify(chat: Chat, ...lines: string[]): void {
  chat.ports.editor.print(noticeText(chat, ...lines), 'stderr');
}

/** Notices as they are printed. They are made safe: they may quote anything. */
export function noticeText({ ports }: Chat, ...lines: string[]): string {
  return lines.map((line) => `${ports.paint.dim(ports.wrap(sanitize(line)))}\n`).join('');
}

/** The same for what words do not wrap in: tool calls and other code. */
export function notifyAsIs({ ports }: Chat, ...lines: string[]): void {
  const safe = lines.map((line) => ports.paint.dim(sanitize(line)));
  ports.editor.print(`${safe.join('\n')}\n`, 'stderr');
}

/** Prints a failure above the prompt. The conversation is named on leaving, not each time. */
export function notifyFailure(chat: Chat, error: AppError): void {
  const { ports } = chat;
  if (error.kind === 'interrupted') {
    notify(chat, error.message);
    return;
  }
  const all = errorLines(error, { ids: ports.isVerbose });
  const [first = '', ...others] = all.map((line) => ports.wrap(line));
  const lines = [ports.paint.error(first), ...others.map((line) => ports.paint.dim(line))];
  ports.editor.print(`${lines.join('\n')}\n`, 'stderr');
}

/** Runs a task with a status line; Ctrl-C cancels it. */
export async function cancellable<T>(
  chat: Chat,
  status: string | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { editor, signal } = chat.ports;
  const cancel = new AbortController();
  const stopListening = editor.onInterrupt(() =>
    cancel.abort(new AppError('interrupted', 'cancelled')),
  );
  // Not AbortSignal.any(): the long-lived signal would keep each one.
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

/** Bound on an API call that is not a turn, with its retries, in milliseconds. */
const CHAT_CALL_MS = 30_000;

type ApiCall<T> = (api: ChatPorts['api'], options: CallOptions) => Promise<T>;

/** An API call that may be repeated without harm, with retries. */
export function askApi<T>({ ports }: Chat, signal: AbortSignal, call: ApiCall<T>): Promise<T> {
  const { api, clock } = ports;
  const deadline = new Deadline(clock, CHAT_CALL_MS);
  return retrying((options) => call(api, options), { clock, signal, deadline });
}

/** Every message of a conversation, in order. */
export function askMessages(chat: Chat, signal: AbortSignal, id: string): Promise<Message[]> {
  return allMessages((number) =>
    askApi(chat, signal, (api, call) => api.getMessages(id, { ...call, number })),
  );
}

/** Runs API calls that Ctrl-C cancels. */
export function waitForApi<T>(chat: Chat, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return cancellable(chat, 'waiting for Telnyx', task);
}

/** One such call. */
export function callApi<T>(chat: Chat, call: ApiCall<T>): Promise<T> {
  return waitForApi(chat, (signal) => askApi(chat, signal, call));
}

/** The id of the conversation. Throws when there is none yet. */
export function currentConversation({ state }: Chat): string {
  if (state.conversationId !== undefined) return state.conversationId;
  throw new AppError('usage', 'there is no conversation yet', {
    hint: 'your first message starts one; /resume continues an earlier one',
  });
}
