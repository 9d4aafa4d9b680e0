import { nextBoundary } from '../../text/graphemes.js';
import { drawnText } from './layout.js';
import { displayWidth } from '../../text/width.js';

/** A prompt and its draft on the last line of a terminal. */
export interface PlainLine {
  prompt: string;
  text: string;
  cursor: number;
}

const cells = (text: string): number => displayWidth(drawnText(text));
const backspaces = (text: string): string => '\b'.repeat(cells(text));

const fitsOnRow = ({ prompt, text }: PlainLine, columns: number): boolean =>
  !text.includes('\n') && displayWidth(prompt) + cells(text) < columns;

function commonLength(one: string, other: string): number {
  let end = 0;
  while (end < one.length) {
    const next = nextBoundary(one, end);
    if (next !== nextBoundary(other, end) || !other.startsWith(one.slice(end, next), end)) break;
    end = next;
  }
  return end;
}

/** Moves to the first difference, types the rest of the line, and steps back to the cursor. */
function retype(old: PlainLine, next: PlainLine): string {
  const common = Math.min(commonLength(old.text, next.text), next.text.length);
  const toCommon =
    old.cursor > common
      ? backspaces(old.text.slice(common, old.cursor))
      : drawnText(old.text.slice(old.cursor, common));
  if (old.text === next.text) {
    return next.cursor < old.cursor
      ? backspaces(old.text.slice(next.cursor, old.cursor))
      : drawnText(old.text.slice(old.cursor, next.cursor));
  }
  const left = Math.max(0, cells(old.text) - cells(next.text));
  const cleared = ' '.repeat(left) + '\b'.repeat(left);
  const rest = drawnText(next.text.slice(common));
  return toCommon + rest + cleared + backspaces(next.text.slice(next.cursor));
}

const writtenText = (text: string): string => drawnText(text).replaceAll('\n', '\r\n');

/** The complete line. The cursor stays at its end when the line is too long to step back in. */
export function writeLine(line: PlainLine, columns: number): string {
  const after = fitsOnRow(line, columns) ? backspaces(line.text.slice(line.cursor)) : '';
  return line.prompt + writtenText(line.text) + after;
}

/**
 * Changes a line that fits its row by typing and stepping back. A longer line can only grow at
 * its end; after any other edit it is written again below.
 */
export function editLine(old: PlainLine, next: PlainLine, columns: number): string {
  if (old.prompt === next.prompt && fitsOnRow(old, columns) && fitsOnRow(next, columns)) {
    return retype(old, next);
  }
  const samePrompt = old.prompt === next.prompt;
  if (samePrompt && old.text === next.text) return '';
  const wasAtEnd = old.cursor === old.text.length;
  if (samePrompt && wasAtEnd && next.text.startsWith(old.text)) {
    return writtenText(next.text.slice(old.text.length));
  }
  return `\r\n${writeLine(next, columns)}`;
}
