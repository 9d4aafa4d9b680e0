import type { Values } from '../base/environment.js';
import type { Context } from '../process/context.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { Appearance } from './appearance.js';

/** The title of the terminal's window. */
export interface WindowTitle {
  set(title: string): void;
  /** Puts the earlier title back while a task runs. */
  without<T>(task: () => Promise<T>): Promise<T>;
  /** Puts the earlier title back. */
  close(): void;
}

/** In characters: tabs and task bars show fewer. */
const MAX_TITLE = 100;
/** The terminal keeps the titles of window and icon on a stack. */
const KEEP = '\x1b[22;0t';
const PUT_BACK = '\x1b[23;0t';

const titled = (title: string): string => `\x1b]2;${sanitizeLine(title, MAX_TITLE)}\x07`;

/** Whether the terminal has a window whose title can be set. */
function hasTitle({ env, stderr }: Context, { screenReader, dumb }: Appearance): boolean {
  return stderr.isTTY === true && !screenReader && !dumb && env['TERM'] !== 'linux';
}

/** Nothing is written until the first title; whatever ends the process, the earlier one comes back. */
export function openWindowTitle(context: Context, appearance: Appearance): WindowTitle {
  const { stderr } = context;
  const isShown = hasTitle(context, appearance);
  let current: string | undefined;
  const putBack = (): void => {
    if (current !== undefined) stderr.write(PUT_BACK);
  };
  const close = (): void => {
    putBack();
    current = undefined;
  };
  if (isShown) context.onExit(close);
  return {
    set(title) {
      if (!isShown || title === current) return;
      stderr.write((current === undefined ? KEEP : '') + titled(title));
      current = title;
    },
    async without(task) {
      putBack();
      try {
        return await task();
      } finally {
        if (current !== undefined) stderr.write(KEEP + titled(current));
      }
    },
    close,
  };
}

const BELL = '\x07';

/** Terminals that show OSC 9 as a notice on the desktop; others may take it for something else. */
const PROGRAMS = ['iTerm.app', 'WezTerm', 'ghostty'];
const TERMS = /^(xterm-kitty|xterm-ghostty|foot)/;

/** Calls a person to the window: with a notice on the desktop where the terminal can show one, else with a bell. */
export function alertSequence(env: Values, text: string): string {
  // A multiplexer passes a bell on, and marks its window with it.
  const isMultiplexed = Boolean(env['TMUX'] ?? env['STY']);
  const isKnown = PROGRAMS.includes(env['TERM_PROGRAM'] ?? '') || TERMS.test(env['TERM'] ?? '');
  return isKnown && !isMultiplexed ? `\x1b]9;${text}${BELL}` : BELL;
}
