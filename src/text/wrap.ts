import { breakPoints } from './line-breaks.js';
import { displayWidth } from './width.js';

/** A label before a line's text: `hint: `, or a column of its own, `conversation  `. */
const LABEL = /^ *(?:[A-Za-z]+: |\S+(?: \S+)? {2,})(?=\S)/;
const SPACES = /( +)/;
const NARROW_INDENT = 4;

/** A word, and the white space before it: none between two ideographs. */
interface Piece {
  gap: string;
  word: string;
}

/**
 * Puts a line break before each word that would cross the edge of a window. The lines that follow begin
 * under the text of the first one, behind its label; `hang` gives their indent where a label can't tell.
 */
export function wrapText(text: string, columns: number, hang?: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns, hang))
    .join('\n');
}

function wrapLine(line: string, columns: number, hang = hangOf(line)): string {
  if (displayWidth(line) <= columns) return line;
  // An indent that takes more than half of the window leaves too little room.
  const indent = ' '.repeat(hang <= columns / 2 ? hang : Math.min(NARROW_INDENT, columns >> 3));
  const isWide = (lead: string): boolean => lead.length > columns / 2;
  const narrowed = line.replace(/^ +/, (lead) => (isWide(lead) ? indent : lead));
  let wrapped = '';
  let column = 0;
  for (const { gap, word } of piecesOf(narrowed)) {
    const width = displayWidth(word);
    const end = column + gap.length + width;
    // The terminal breaks a word that fits no line, where it stands.
    const isFitting = end <= columns || indent.length + width > columns;
    if (isFitting || wrapped === '') {
      wrapped += gap + word;
      column = end > columns ? end % columns || columns : end;
    } else {
      wrapped += `\n${indent}${word}`;
      column = indent.length + width;
    }
  }
  return wrapped;
}

function hangOf(line: string): number {
  return displayWidth(LABEL.exec(line)?.[0] ?? /^ */.exec(line)?.[0] ?? '');
}

function* piecesOf(line: string): Generator<Piece> {
  let gap = '';
  for (const part of line.trimEnd().split(SPACES)) {
    if (part.startsWith(' ')) gap = part;
    else if (part !== '') {
      let from = 0;
      for (const to of [...breakPoints(part), part.length]) {
        yield { gap, word: part.slice(from, to) };
        [gap, from] = ['', to];
      }
    }
  }
}
