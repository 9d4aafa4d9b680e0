import { cutToWidth, displayWidth } from './width.js';

/** The gap between two columns. */
export const COLUMN_GAP = '  ';

/** The first column is not cut below this for the sake of the others. */
const MIN_FIRST_WIDTH = 24;
/** Shorter cells than this say nothing. */
const MIN_LAST_WIDTH = 12;
/** Explanations that get less room than this stand below what they explain. */
const MIN_TEXT_WIDTH = 16;
const TEXT_INDENT = 4;

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + COLUMN_GAP.length, 0);

/** The widths of as many columns as fit: the last one is cut, then left out, and so on. */
function fittedWidths(natural: readonly number[], room: number): number[] {
  const [first = 0, ...others] = natural;
  const last = others.pop();
  if (last === undefined) return [Math.max(1, Math.min(first, room))];
  const free = room - total(others) - COLUMN_GAP.length;
  const kept = Math.min(last, MIN_LAST_WIDTH);
  if (Math.min(first, MIN_FIRST_WIDTH) + kept > free) {
    return fittedWidths(natural.slice(0, -1), room);
  }
  const firstWidth = Math.min(first, free - kept);
  return [firstWidth, ...others, Math.min(last, free - firstWidth)];
}

/** The text's start in this many cells, with `…` for what is left out. */
export function cutWithEllipsis(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `${cutToWidth(text, width - 1).trimEnd()}…`;
}

/**
 * The rows with their cells cut and padded, so that they stand in columns of a window. Columns
 * without any text are left out.
 */
export function alignedCells(rows: readonly (readonly string[])[], room: number): string[][] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, index) => ({
    index,
    width: rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), 0),
  })).filter(({ width }) => width > 0);
  const natural = columns.map(({ width }) => width);
  const widths = fittedWidths(natural, room);
  return rows.map((row) =>
    widths.map((width, place) => {
      const cell = cutWithEllipsis(row[columns[place]?.index ?? 0] ?? '', width);
      return place === widths.length - 1
        ? cell
        : cell + ' '.repeat(Math.max(0, width - displayWidth(cell)));
    }),
  );
}

/** A paragraph in lines of at most `width` cells. Longer words stay whole. */
export function wordLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && displayWidth(longer) > width) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

/** A term and its explanation. */
export type Explained = readonly [term: string, text: string];

/** Groups of terms in one column and their explanations in another, which wrap in the window. */
export function explainedLines(groups: readonly (readonly Explained[])[], room: number): string[] {
  const terms = groups.flat().map(([term]) => displayWidth(term));
  const indent = Math.max(...terms) + COLUMN_GAP.length;
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : ['']),
    ...group.flatMap((row) => explained(row, indent, room)),
  ]);
}

function explained([term, text]: Explained, indent: number, room: number): string[] {
  if (room - indent < MIN_TEXT_WIDTH) {
    const below = wordLines(text, room - TEXT_INDENT);
    return [term, ...below.map((line) => ' '.repeat(TEXT_INDENT) + line)];
  }
  const [first = '', ...others] = wordLines(text, room - indent);
  const padded = term + ' '.repeat(indent - displayWidth(term));
  return [padded + first, ...others.map((line) => ' '.repeat(indent) + line)];
}
