import type { Output } from '../../process/context.js';

export interface ShownStatus {
  text: string;
  /** The age of the status in milliseconds; undefined when the status does not change with time. */
  elapsed: number | undefined;
}

/** Something to choose from, below the draft. */
export interface ShownList {
  /** The rows for a room of this size, at most as many as it has. */
  rows: (room: WindowSize) => readonly string[];
  /** For a terminal on which nothing is drawn. */
  lines: readonly string[];
}

/** The state that the bottom of the terminal shows. */
export interface ScreenState {
  prompt: string;
  text: string;
  cursor: number;
  status: ShownStatus | undefined;
  /** Messages sent during a turn, which wait for their own turns. */
  queued: readonly string[];
  /** Complete rows above the status, as a picker asks its question. */
  heading?: (columns: number) => readonly string[];
  list?: ShownList | undefined;
  /** Messages that come back to the prompt one by one. */
  held: readonly string[];
  /** True while a turn runs and nobody reads the input. */
  isBusy: boolean;
}

/** The stream that printed text is for. */
export type PrintTarget = 'stdout' | 'stderr';

export interface DisplayStreams {
  /** The terminal that the prompt is drawn on. */
  output: Output;
  /** The stream for replies; when it is not a terminal, its text passes through unchanged. */
  stdout: Output;
}

/** Shows the bottom of the terminal, and prints text above it. */
export interface Display {
  show(screen: ScreenState): void;
  /** Prints above the bottom. The next print continues text that does not end in a newline. */
  print(text: string, to: PrintTarget): void;
  /** Puts complete lines above, with the next `show`. */
  note(text: string): void;
  /** Leaves the draft that is sent above, with the next `show`. */
  record(prompt: string, text: string): void;
  /** Puts an earlier message above, with the next `show`. */
  noteSent(prompt: string, text: string): void;
  /** Removes the bottom until the next `show`. */
  hide(): void;
  clear(): void;
  resize(): void;
  /** Takes what the terminal sent that is no key: it may be an answer. */
  answer(text: string): void;
}

export interface WindowSize {
  columns: number;
  rows: number;
}

/** A terminal that does not know its size says that it is 0. */
export const windowSize = ({ columns, rows }: Output): WindowSize => ({
  columns: columns || 80,
  rows: rows || 24,
});
