import type { Context } from '../context.js';
import type { LineEditor } from '../core/line-editor.js';
import { openLineEditor } from './editor/line-editor.js';
import type { LineEditorOptions } from './editor/options.js';

type Extras = Pick<LineEditorOptions, 'history' | 'complete' | 'screenReader' | 'color'>;

/** The chat's line editor: prompt and notices on stderr, replies on stdout. */
export function openChatTerminal(context: Context, extras: Extras = {}): LineEditor {
  const { stdin, stdout, stderr, clock } = context;
  return openLineEditor({ input: stdin, output: stderr, stdout, clock, prompt: '> ', ...extras });
}
