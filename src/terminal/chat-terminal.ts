import type { Values } from '../base/environment.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import type { Dialogs, LineEditor } from '../chat/ports.js';
import type { Context } from '../process/context.js';
import type { Appearance } from './appearance.js';
import type { LineEditorOptions } from './editor/line-editor-options.js';
import { openLineEditor } from './editor/line-editor.js';
import { restoreSequence } from './editor/terminal-input.js';
import { questionsOn } from './questions.js';

type Extras = Pick<
  LineEditorOptions,
  'history' | 'complete' | 'stopProcess' | 'prompt' | 'hasTextAbove'
> & {
  /** Whether a long reply is announced in a window without focus. */
  notify: boolean;
};

/**
 * The chat's line editor: prompt and notices on stderr, replies on stdout. The terminal is restored
 * however the process ends.
 */
export function openChatTerminal(
  context: Context,
  { screenReader, dumb, animation, noticeColor }: Appearance,
  { notify, stopProcess, ...extras }: Extras,
): LineEditor {
  const { stdin, stdout, stderr, clock, platform } = context;
  const modes = { pasteMarks: !dumb, focusReports: notify && !screenReader, drawn: !screenReader };
  context.onExit(() => {
    stdin.setRawMode?.(false);
    stderr.write(restoreSequence(modes));
  });
  return openLineEditor({
    ...{ input: stdin, output: stderr, stdout, clock, modes },
    ...{ color: noticeColor, animated: animation, editCommand: '/edit', ...extras },
    // Windows has no signal that stops a process.
    stopProcess: platform === 'win32' ? undefined : stopProcess,
  });
}

/** Questions and the external editor take over the terminal while they last. */
export function openDialogs(context: Context, appearance: Appearance, editor: LineEditor): Dialogs {
  const questions = questionsOn(context, appearance);
  return {
    choose: (question) => editor.suspend(() => questions.choose(question)),
    confirm: (question) => editor.suspend(() => questions.confirm(question)),
    edit: (text) =>
      editor.suspend(async () => {
        const { editExternally } = await import('./external-programs.js');
        return context.withoutInterrupts(() => editExternally(text, context));
      }),
    async copy(text, signal) {
      const { copyText } = await import('./external-programs.js');
      return copyText(text, context, signal);
    },
  };
}

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
