import type { Input, Output } from '../../process/context.js';
import type { Clock } from '../../base/time.js';
import type { Complete } from './completer.js';
import type { History } from './history-browser.js';
import type { Timers } from './status.js';

export interface LineEditorOptions {
  input: Input;
  /** The terminal that the prompt is drawn on: stderr. */
  output: Output;
  /** Where replies go; when it is no terminal, text for it passes through untouched. */
  stdout: Output;
  clock: Pick<Clock, 'monotonic'>;
  /** May hold colours. */
  prompt: string;
  /** Default: what was sent is remembered until the editor closes. */
  history?: History | undefined;
  complete?: Complete | undefined;
  /** Lines are only ever added: no colour, no spinner, nothing drawn again. */
  screenReader?: boolean | undefined;
  /** Lets a spinner turn; without it the status stands still. */
  animated?: boolean | undefined;
  /** Asks the terminal to mark pastes; off where no escape sequence may be written. */
  pasteMarks?: boolean | undefined;
  /** What is typed is not shown: for secrets. */
  hidden?: boolean | undefined;
  /** Allows dim notices. */
  color?: boolean | undefined;
  /** Ctrl-X: sends this and the draft, which the command hands to the person's editor. */
  editCommand?: string | undefined;
  /** Ctrl-Z: stops the process, and resolves when it goes on. Without it the key does nothing. */
  stopProcess?: (() => Promise<void>) | undefined;
  timers?: Timers | undefined;
}
