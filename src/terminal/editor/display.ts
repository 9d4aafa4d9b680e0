import type { Output } from '../../process/context.js';

export interface ShownStatus {
  text: string;
  /** How long it has been shown, in milliseconds; undefined where nothing is drawn again. */
  elapsed: number | undefined;
}

/** What the bottom of the terminal shows. */
export interface ScreenState {
  prompt: string;
  text: string;
  cursor: number;
  status: ShownStatus | undefined;
  /** What was sent while a turn runs, waiting for its own. */
  queued: readonly string[];
  /** True while nobody waits for what is typed. */
  isBusy: boolean;
}

/** Where printed text goes. */
export type PrintTarget = 'stdout' | 'stderr';

export interface DisplayStreams {
  /** The terminal that the prompt is drawn on. */
  output: Output;
  /** Where replies go; text for it is left alone when it is no terminal. */
  stdout: Output;
}

/** A way to show the bottom of the terminal and what is printed above it. */
export interface Display {
  show(scene: ScreenState): void;
  /** Prints above; text without a newline at its end is continued by the next print. */
  print(text: string, to: PrintTarget): void;
  /** Leaves finished lines above, from the next `show` on. */
  note(text: string): void;
  /** Leaves a finished draft above, from the next `show` on. */
  record(prompt: string, text: string): void;
  /** Takes the bottom away, until the next `show`. */
  hide(): void;
  clear(): void;
  resize(): void;
}

export interface WindowSize {
  columns: number;
  rows: number;
}

export const windowSize = ({ columns, rows }: Output): WindowSize => ({
  columns: Math.max(8, columns ?? 80),
  rows: Math.max(2, rows ?? 24),
});
