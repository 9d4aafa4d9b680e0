import type { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { ConversationsApi } from '../conversations/conversation.js';
import type { FirstWordsOf } from '../conversations/excerpt.js';
import type { ToolCallResult, Transcript, TranscriptFormat } from '../conversations/transcript.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';

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
  /**
   * Changes what stands before the draft. It may contain colours. Lines that were held in one mode come
   * back only in that mode.
   */
  setPrompt(prompt: string, mode?: string): void;
  /**
   * Puts text back on the prompt, before any text that is already there. It waits for the end of a
   * command that is being typed.
   */
  restoreDraft(text: string): void;
  /** Holds the queued lines, after those that are held already: no read gives them. `first` goes before all. */
  holdQueued(first?: string): void;
  /**
   * Puts the first held line that may come back on the prompt, if nothing is typed there. A command
   * that is typed then takes its place until it is done.
   */
  restoreHeld(mayComeBack?: (line: string) => boolean): void;
  /** Takes a line out of those that are held, because it is sent after all. */
  forgetHeld(line: string): void;
  /**
   * Calls the listener on Ctrl-C while no read is pending; returns a function that stops listening.
   * Queued lines are held: they were meant to follow the turn that is cancelled.
   */
  onInterrupt(listener: () => void): () => void;
  /**
   * Prints above the prompt. The next print to the same stream continues a line that has no newline.
   * While a task has the terminal, printing waits.
   */
  print(text: string, to?: 'stdout' | 'stderr'): void;
  /** Prints a message above the prompt as it looks once it is sent. */
  printSent(text: string, prompt?: string): void;
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
export type ChatApi = Omit<
  ConversationsApi,
  'conversationCreator' | 'createShared' | 'deleteConversation' | 'history'
>;

export interface Choice {
  value: string;
  /** Its columns: the first one names it. Each is one line, safe to print. */
  cells: readonly string[];
}

export interface ChooseQuestion {
  text: string;
  /** One of the choices, as in `no conversation matches`. */
  noun: string;
  choices: readonly Choice[];
}

/** A text as an editor left it, or as it was; and what went wrong. */
export interface EditedText {
  text: string;
  failure?: AppError | undefined;
}

/** Dialogs that take over the terminal. */
export interface Dialogs {
  /** The value of the choice; undefined when the person cancels. */
  choose(question: ChooseQuestion): Promise<string | undefined>;
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

/** Styles of prompts and notices; without colour they return the text itself. */
export interface Paint {
  dim(text: string): string;
  error(text: string): string;
  prompt(text: string): string;
  /** The prompt of a conversation that a person has taken over. */
  takenOver(text: string): string;
}

/** The messages of a file: given the reply to one, the generator gives the next. */
export interface Playback {
  count: number;
  messages: Generator<string, void, string>;
}

export interface ChatPorts {
  editor: LineEditor;
  clock: Clock;
  api: ChatApi;
  firstWords: FirstWordsOf;
  dialogs: Dialogs;
  paint: Paint;
  /** The width that what is printed on stderr should fit. */
  columns: () => number;
  /** Prose as it fits the window. */
  wrap: (text: string) => string;
  takeTurn: (turn: ChatTurn, signal: AbortSignal) => AsyncGenerator<ReplyEvent>;
  /**
   * Loads the renderer; called once the request of the first reply has been sent. Replies go to stdout,
   * unless they are earlier ones.
   */
  openReplyPrinter: (to?: 'stdout' | 'stderr') => Promise<ReplyPrinter>;
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
  /** Writes a conversation as a file of this format. */
  openTranscript: (format: TranscriptFormat) => Promise<Transcript>;
  /** Reads a `.chat` file. Rejects with `usage` at its first mistake. */
  playback: (file: string) => Promise<Playback>;
  /** Whether failures name the conversation and the request. */
  isVerbose: boolean;
  /** Whether a spinner may turn. */
  isAnimated: boolean;
  /** Ends the chat from outside. */
  signal: AbortSignal;
}
