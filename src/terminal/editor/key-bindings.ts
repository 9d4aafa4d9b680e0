import * as buffer from './text-buffer.js';
import * as words from './word-edits.js';

type Bindings = Readonly<Record<string, buffer.Edit>>;

/** Keys that move the cursor. */
export const MOVES: Bindings = {
  left: buffer.left,
  right: buffer.right,
  home: buffer.toLineStart,
  end: buffer.toLineEnd,
  'ctrl+b': buffer.left,
  'ctrl+f': buffer.right,
  'ctrl+a': buffer.toLineStart,
  'ctrl+e': buffer.toLineEnd,
  'ctrl+home': buffer.toStart,
  'ctrl+end': buffer.toEnd,
  'alt+<': buffer.toStart,
  'alt+>': buffer.toEnd,
  'ctrl+left': words.wordLeft,
  'ctrl+right': words.wordRight,
  'alt+left': words.wordLeft,
  'alt+right': words.wordRight,
  'alt+b': words.wordLeft,
  'alt+f': words.wordRight,
};

/** Keys that delete one grapheme. */
export const DELETIONS: Bindings = {
  backspace: buffer.backspace,
  'shift+backspace': buffer.backspace,
  delete: buffer.deleteForward,
  'ctrl+d': buffer.deleteForward,
};

/** Keys that delete text which Ctrl+Y can insert again. */
export const KILLS: Bindings = {
  'ctrl+u': buffer.deleteToLineStart,
  'ctrl+k': buffer.deleteToLineEnd,
  'ctrl+w': words.deleteToBlank,
  'alt+backspace': words.deleteWordLeft,
  'ctrl+backspace': words.deleteWordLeft,
  'alt+d': words.deleteWordRight,
  'alt+delete': words.deleteWordRight,
  'ctrl+delete': words.deleteWordRight,
};

/** Keys that insert a newline, on terminals that distinguish them from Enter. */
export const NEWLINE_KEYS: ReadonlySet<string> = new Set([
  'ctrl+j',
  'alt+enter',
  'shift+enter',
  'ctrl+enter',
]);
