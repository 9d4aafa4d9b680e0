import type { Clock } from '../../base/time.js';
import type { Input, Output } from '../../process/context.js';
import type { Complete } from './completion.js';
import type { InputHistory } from './history.js';
import type { Timers } from './status.js';
import type { TerminalModes } from './terminal-input.js';

export interface LineEditorOptions {
  input: Input;
  /** The terminal that the prompt is drawn on: stderr. */
  output: Output;
  /** The stream for replies; when it is not a terminal, its text passes through unchanged. */
  stdout: Output;
  clock: Pick<Clock, 'monotonic'>;
  /** May contain colours. */
  prompt: string;
  /** Something was printed already: the first prompt, too, gets an empty line before it. */
  hasTextAbove?: boolean | undefined;
  /** By default, sent messages are remembered until the editor closes. */
  history?: InputHistory | undefined;
  complete?: Complete | undefined;
  modes?: TerminalModes | undefined;
  /** Whether the status has a spinner. */
  animated?: boolean | undefined;
  /** Hides the typed text, for secrets. */
  hidden?: boolean | undefined;
  /** Whether notices are dim. */
  color?: boolean | undefined;
  /** Ctrl-X sends this command with the draft; it opens the draft in the person's editor. */
  editCommand?: string | undefined;
  /** Ctrl-Z: stops the process, and resolves when it continues. Without it the key does nothing. */
  stopProcess?: (() => Promise<void>) | undefined;
  timers?: Timers | undefined;
}
