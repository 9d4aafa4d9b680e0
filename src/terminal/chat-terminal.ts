import type { Context } from '../process/context.js';
import type { Dialogs, LineEditor } from '../chat/ports.js';
import type { Appearance } from './appearance.js';
import { questionsOn } from './questions.js';
import { openLineEditor } from './editor/line-editor.js';
import type { LineEditorOptions } from './editor/line-editor.js';
import { restoreSequence } from './editor/terminal-input.js';

type Extras = Pick<LineEditorOptions, 'history' | 'complete' | 'stopProcess'> & {
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
  const modes = { pasteMarks: !dumb, focusReports: notify && !dumb, drawn: !screenReader };
  context.onExit(() => {
    stdin.setRawMode?.(false);
    stderr.write(restoreSequence(modes));
  });
  return openLineEditor({
    ...{ input: stdin, output: stderr, stdout, clock, prompt: '> ', screenReader },
    ...{ color: noticeColor, animated: animation },
    ...{ pasteMarks: modes.pasteMarks, focusReports: modes.focusReports },
    // Windows has no signal that stops a process.
    ...{
      stopProcess: platform === 'win32' ? undefined : stopProcess,
      editCommand: '/edit',
      ...extras,
    },
  });
}

/** Questions and the external editor take over the terminal while they last. */
export function openDialogs(context: Context, appearance: Appearance, editor: LineEditor): Dialogs {
  const { env, platform, stderr } = context;
  const questions = questionsOn(context, appearance);
  return {
    choose: (question, choices) => editor.suspend(() => questions.choose(question, choices)),
    confirm: (question) => editor.suspend(() => questions.confirm(question)),
    edit: (text) =>
      editor.suspend(async () => {
        const { editExternally } = await import('./external-programs.js');
        return context.withoutInterrupts(() => editExternally(text, context));
      }),
    async copy(text, signal) {
      const { copyText } = await import('./external-programs.js');
      const write = (sequence: string): void => void stderr.write(sequence);
      return copyText(text, { env, platform, write, signal });
    },
  };
}
