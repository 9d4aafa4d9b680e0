import type { Values } from '../base/environment.js';

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
