import type {
  Assistant,
  CallOptions,
  Clock,
  Conversation,
  ConversationFilters,
  Insight,
  Message,
  NewMessage,
  ReplyEvent,
} from '../conversation.js';
import type { ChangingApi } from '../conversations/control.js';
import type { LineEditor } from '../line-editor.js';

/** What a chat turn says besides who it is said to. */
export interface ChatTurn {
  text: string;
  assistantId: string;
  /** Undefined begins a new conversation. */
  conversationId: string | undefined;
  /** For a new conversation. */
  title: string | undefined;
  speaker: string | undefined;
}

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
