import { insert, replace, type TextBuffer } from './text-buffer.js';

export type EnterResult =
  | { type: 'send'; text: string }
  | { type: 'edit'; buffer: TextBuffer; opensBlock: boolean }
  | { type: 'nothing' };

const QUOTES = '"""';

/** Whether the draft still starts with the opening quotes: the person may have deleted them. */
const isBlock = (text: string): boolean => text.startsWith(`${QUOTES}\n`);

/** The text between the quotes of a closed block; undefined while the block is open. */
function blockContent(text: string): string | undefined {
  const end = `\n${QUOTES}`;
  if (!text.endsWith(end)) return undefined;
  return text.slice(QUOTES.length + 1, Math.max(QUOTES.length + 1, text.length - end.length));
}

const newlineResult = (buffer: TextBuffer, opensBlock = false): EnterResult => ({
  type: 'edit',
  buffer: insert(buffer, '\n'),
  opensBlock,
});

const sendResult = (text: string): EnterResult =>
  text.trim() === '' ? { type: 'nothing' } : { type: 'send', text };

/** A `\` before the cursor asks for a newline; an even number of them is text. */
function endsInBackslash({ text, cursor }: TextBuffer): boolean {
  const backslashes = /\\*$/.exec(text.slice(Math.max(0, cursor - 64), cursor))?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

/**
 * Decides what Enter does to a draft. Only typing `"""` and Enter opens a block: pasted code
 * with such quotes in it is sent unchanged.
 */
export function enterKey(buffer: TextBuffer, inBlock: boolean): EnterResult {
  const { text, cursor } = buffer;
  if (inBlock && isBlock(text)) {
    const content = blockContent(text);
    return content === undefined ? newlineResult(buffer) : sendResult(content);
  }
  if (text === QUOTES) return newlineResult(buffer, true);
  if (!endsInBackslash(buffer)) return sendResult(text);
  return { type: 'edit', buffer: replace(buffer, cursor - 1, cursor, '\n'), opensBlock: false };
}
