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
