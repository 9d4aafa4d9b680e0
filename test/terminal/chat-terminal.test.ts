import { expect, test } from 'vitest';
import { alertSequence } from '../../src/terminal/chat-terminal.js';

const NOTICE = '\x1b]9;done\x07';
const BELL = '\x07';

test.each([
  [{ TERM_PROGRAM: 'iTerm.app', TERM: 'xterm-256color' }, NOTICE],
  [{ TERM_PROGRAM: 'WezTerm' }, NOTICE],
  [{ TERM_PROGRAM: 'ghostty', TERM: 'xterm-ghostty' }, NOTICE],
  [{ TERM: 'xterm-kitty' }, NOTICE],
  [{ TERM: 'foot-extra' }, NOTICE],
  [{ TERM: 'xterm-256color' }, BELL],
  [{ TERM_PROGRAM: 'Apple_Terminal' }, BELL],
  [{ TERM: 'tmux-256color', TMUX: '/tmp/tmux', TERM_PROGRAM: 'tmux' }, BELL],
  [{ TERM_PROGRAM: 'iTerm.app', TERM: 'screen', STY: '1.x' }, BELL],
  [{}, BELL],
])('a person is called by %j', (env, expected) => {
  expect(alertSequence(env, 'done')).toBe(expected);
});
