import type { Context } from '../process/context.js';
import type { Dialogs, LineEditor } from '../chat/ports.js';
import type { Appearance } from './appearance.js';
import { questionsOn } from './dialogs.js';
import { openLineEditor } from './editor/line-editor.js';
import type { LineEditorOptions } from './editor/options.js';
import { restoreSequence } from './editor/terminal-input.js';

type Extras = Pick<LineEditorOptions, 'history' | 'complete'>;

/**
 * The chat's line editor: prompt and notices on stderr, replies on stdout. However the process ends,
 * the terminal is left as it was.
 */
export function openChatTerminal(
  context: Context,
  { screenReader, dumb, animation, noticeColor }: Appearance,
  extras: Extras,
): LineEditor {
  const { stdin, stdout, stderr, clock, stop, platform } = context;
  const modes = { pasteMarks: !dumb, drawn: !screenReader };
  // A terminal that is closed cannot be given back, and says so.
  stdin.on('error', () => undefined);
  context.onExit(() => {
    stdin.setRawMode?.(false);
    stderr.write(restoreSequence(modes));
  });
  return openLineEditor({
    ...{ input: stdin, output: stderr, stdout, clock, prompt: '> ', screenReader },
    ...{ color: noticeColor, animated: animation, pasteMarks: modes.pasteMarks },
    // Windows has no such signal.
    ...{ stopProcess: platform === 'win32' ? undefined : stop, editCommand: '/edit', ...extras },
  });
}

/** Questions, the person's editor, the clipboard: each takes the terminal over while it lasts. */
export function openDialogs(context: Context, appearance: Appearance, editor: LineEditor): Dialogs {
  const { env, platform, stderr } = context;
  const questions = questionsOn(context, appearance);
  return {
    choose: (question, choices) => editor.suspend(() => questions.choose(question, choices)),
    confirm: (question) => editor.suspend(() => questions.confirm(question)),
    edit: (text) =>
      editor.suspend(async () => {
        const { editExternally } = await import('./external-editor.js');
        return context.withoutInterrupts(() => editExternally(text, env, context.signal));
      }),
    async copy(text) {
      const { copyText } = await import('./clipboard.js');
      return copyText(text, { env, platform, write: (sequence) => stderr.write(sequence) });
    },
  };
}
