import type { AppError } from '../base/errors.js';
import type { CallOptions, Clock } from '../base/time.js';
import type {
  Assistant,
  Conversation,
  ConversationFilters,
  Insight,
  Message,
  NewMessage,
} from '../conversations/conversation.js';
import type { ToolCallResult } from '../conversations/tool-calls.js';
import type { UpdateApi } from '../conversations/update.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';
import type { ToolCallPorts } from '../turn/turn-tool-calls.js';

/** One input of the person at the terminal. */
export type Typed =
  /** A finished message or command. Of several lines it is a command only where a key made it one. */
  | { type: 'text'; text: string; isByKey?: boolean }
  /** Ctrl-C on an empty prompt. (On text, it only clears the text.) */
  | { type: 'interrupt' }
  /** Ctrl-D on an empty prompt, or the end of the input. */
  | { type: 'end' };

/**
 * The bottom of the terminal as a port: a draft that the person edits, and a status line while a turn
 * runs. Everything else is printed above them.
 */
export interface LineEditor {
  /**
   * The next input. Lines that were sent with Enter while no read was pending (a turn was running) are
   * queued and come first, in order.
   */
  read(): Promise<Typed>;
  /** Puts text back on the prompt, before any text that is already there. */
  restoreDraft(text: string): void;
  /**
   * Calls the listener on Ctrl-C while no read is pending; returns a function that stops listening.
   * Queued lines go back to the draft: they were meant to follow the turn that is cancelled.
   */
  onInterrupt(listener: () => void): () => void;
  /**
   * Prints above the prompt. The next print to the same stream continues a line that has no newline.
   * While a task has the terminal, printing waits.
   */
  print(text: string, to?: 'stdout' | 'stderr'): void;
  /** A status line with a spinner above the prompt, until called with undefined. */
  setStatus(text: string | undefined): void;
  /** Hands the terminal to `task` (a picker, an editor program) and takes it back. */
  suspend<T>(task: () => Promise<T>): Promise<T>;
  /** Whether the window has the focus; undefined when the terminal has not said so. */
  hasFocus(): boolean | undefined;
  /** Clears the screen; the draft stays. */
  clear(): void;
  /** Restores the terminal. */
  close(): void;
}

/** A turn of the chat; streaming and metadata are the caller's choice. */
export type ChatTurn = Omit<TurnRequest, 'stream' | 'created' | 'metadata'>;

/** The calls of Telnyx for the chat's commands. */
export interface ChatApi extends UpdateApi, ToolCallPorts {
  listAssistants(options: CallOptions): Promise<Assistant[]>;
  getAssistant(id: string, options: CallOptions): Promise<Assistant>;
  listConversations(filters: ConversationFilters, options: CallOptions): Promise<Conversation[]>;
  listMessages(conversationId: string, options: CallOptions): AsyncIterable<Message[]>;
  /** A function that adds one message, still only one when called again, without running the assistant. */
  messageAdder(message: NewMessage): (options: CallOptions) => Promise<void>;
  listInsights(conversationId: string, options: CallOptions): Promise<Insight[]>;
}

export interface Choice {
  value: string;
  /** One line, safe to print. */
  label: string;
}

/** A text as an editor left it, or as it was; and what went wrong. */
export interface EditedText {
  text: string;
  failure?: AppError | undefined;
}

/** Dialogs that take over the terminal. */
export interface Dialogs {
  /** Undefined when the person cancels. */
  choose(question: string, choices: readonly Choice[]): Promise<string | undefined>;
  /** Undefined when the person cancels with Ctrl-C. */
  confirm(question: string): Promise<boolean | undefined>;
  /** Opens the text in the person's editor program. */
  edit(text: string): Promise<EditedText>;
  /** Copies the text and gives the name of the clipboard. */
  copy(text: string, signal: AbortSignal): Promise<string>;
}

/** Turns the text of a reply into safe text for the terminal, piece by piece. */
export interface ReplyPrinter {
  write(text: string): string;
  end(): string;
}

/** Styles of notices; without colour they return the text itself. */
export interface Paint {
  dim(text: string): string;
  error(text: string): string;
}

export interface ChatPorts {
  editor: LineEditor;
  clock: Clock;
  api: ChatApi;
  dialogs: Dialogs;
  paint: Paint;
  /** Prose as it fits the window. */
  wrap: (text: string) => string;
  takeTurn: (turn: ChatTurn, signal: AbortSignal) => AsyncGenerator<ReplyEvent>;
  /** Loads the renderer; called once the request of the first reply has been sent. */
  openReplyPrinter: () => Promise<ReplyPrinter>;
  /** Calls the person back to a window without focus. */
  announce: () => void;
  /** The title of the window. */
  setTitle: (title: string) => void;
  /** The code blocks of a reply, without their fences. */
  codeBlocks: (reply: string) => Promise<string[]>;
  /** Whether tool calls are shown; undefined: when the assistant has tools. */
  trace: boolean | undefined;
  /** A tool call as one line that fits into the window. */
  toolCallLine: (call: ToolCallResult) => string;
  /** The effective settings, as lines for `/info`. */
  settingLines: () => string[];
  /** Writes a new file and gives its path. It never replaces one: the name gets a number then. */
  save: (file: string, text: string) => Promise<string>;
  /** Ends the chat from outside. */
  signal: AbortSignal;
}
