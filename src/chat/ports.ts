import type { CallOptions, Clock } from '../base/time.js';
import type {
  Assistant,
  Conversation,
  ConversationFilters,
  Insight,
  Message,
  NewMessage,
} from '../conversations/conversation.js';
import type { ChangingApi } from '../conversations/update.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';

/** What the person at the terminal did. */
export type Typed =
  /** A finished message or command, newlines and all. */
  | { type: 'text'; text: string }
  /** Ctrl-C on an empty prompt. (On text it clears the text, and nobody is told.) */
  | { type: 'interrupt' }
  /** Ctrl-D on an empty prompt, or the end of the input. */
  | { type: 'end' };

/**
 * The bottom of the terminal as a port: a draft that the person edits, a status line while a turn
 * runs, and everything else printed above them.
 */
export interface LineEditor {
  /**
   * The next thing the person does. What was typed and sent with Enter while no read was pending
   * (a turn was running) is queued and comes first, in order.
   */
  read(): Promise<Typed>;
  /** Puts text back on the prompt, before what is typed there already. */
  restoreDraft(text: string): void;
  /**
   * Tells of Ctrl-C while no read is pending; returns how to stop listening. What was queued by
   * then is back in the draft: it was meant to follow the turn that is given up.
   */
  onInterrupt(listener: () => void): () => void;
  /**
   * Prints above the prompt; text that ends without a newline is continued by the next print to the
   * same stream. While the terminal is handed to a task, printing waits.
   */
  print(text: string, to?: 'stdout' | 'stderr'): void;
  /** A status line with a spinner above the prompt, until called with undefined. */
  setStatus(text: string | undefined): void;
  /** Hands the terminal to `task` (a picker, an editor program) and takes it back. */
  suspend<T>(task: () => Promise<T>): Promise<T>;
  /** Clears the screen; the draft stays. */
  clear(): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** A turn of the chat; streaming and metadata are the caller's choice. */
export type ChatTurn = Omit<TurnRequest, 'stream' | 'isNew' | 'metadata'>;

/** The calls of Telnyx that the chat's commands make. */
export interface ChatApi extends ChangingApi {
  listAssistants(options: CallOptions): Promise<Assistant[]>;
  getAssistant(id: string, options: CallOptions): Promise<Assistant>;
  listConversations(filters: ConversationFilters, options: CallOptions): Promise<Conversation[]>;
  listMessages(conversationId: string, options: CallOptions): AsyncIterable<Message[]>;
  /** A function that adds one message without running the assistant, and still only one when called again. */
  messageAdder(message: NewMessage): (options: CallOptions) => Promise<void>;
  listInsights(conversationId: string, options: CallOptions): Promise<Insight[]>;
}

export interface Choice {
  value: string;
  /** One line, safe to print. */
  label: string;
}

/** Ways to ask the person that take the terminal over; undefined is a changed mind. */
export interface Dialogs {
  choose(question: string, choices: readonly Choice[]): Promise<string | undefined>;
  /** Undefined is a changed mind: Ctrl-C. */
  confirm(question: string): Promise<boolean | undefined>;
  /** The text as the person's editor program leaves it. */
  edit(text: string): Promise<string>;
  /** Puts text on the clipboard and says which one. */
  copy(text: string): Promise<string>;
  /** Writes a new file and gives its path. Rejects when there is one already. */
  save(file: string, text: string): Promise<string>;
}

/** A reply's text, sanitized, to what is printed of it. */
export interface ReplyPrinter {
  write(text: string): string;
  end(): string;
}

/** How notices look; without colour the text itself. */
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
  takeTurn: (turn: ChatTurn, signal: AbortSignal) => AsyncGenerator<ReplyEvent>;
  /** Loads what renders replies; called when the request of the first one is out. */
  openReplyPrinter: () => Promise<ReplyPrinter>;
  /** The settings in force, as lines for `/info`. */
  settingLines: () => string[];
  /** Ends the chat from outside. */
  signal: AbortSignal;
}
