import { eastAsianWidth } from 'get-east-asian-width';

let segmenter: Intl.Segmenter | undefined;

/** Made at the first need: loading its data takes longer than all else in the editor. */
function segment(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Whether a text has only printable ASCII characters, each one cell wide. */
export function isPlain(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

const isAsciiAt = (text: string, index: number): boolean =>
  index >= text.length || text.charCodeAt(index) < 0x80;

/** The graphemes around an index never reach over a newline, so only its line is looked at. */
function containing(text: string, index: number): { start: number; end: number } {
  if (text[index] === '\n') return { start: index, end: index + 1 };
  const lineStart = text.lastIndexOf('\n', index) + 1;
  const newline = text.indexOf('\n', index);
  const line = text.slice(lineStart, newline === -1 ? undefined : newline);
  const found = segment(line).containing(index - lineStart);
  if (!found) return { start: index, end: index };
  const start = lineStart + found.index;
  return { start, end: start + found.segment.length };
}

/** The end of the grapheme that starts at `index`. */
export function nextBoundary(text: string, index: number): number {
  if (index >= text.length) return text.length;
  if (isAsciiAt(text, index) && isAsciiAt(text, index + 1)) return index + 1;
  return containing(text, index).end;
}

/** The start of the grapheme that ends at `index`. */
export function previousBoundary(text: string, index: number): number {
  if (index <= 0) return 0;
  const isPlainPair = index === 1 || isAsciiAt(text, index - 2);
  if (isPlainPair && isAsciiAt(text, index - 1)) return index - 1;
  return containing(text, index - 1).start;
}

/** The nearest place at or after `index` where a cursor can stand. */
export function snapToBoundary(text: string, index: number): number {
  if (index <= 0) return 0;
  if (index >= text.length) return text.length;
  if (isAsciiAt(text, index)) return index;
  const { start, end } = containing(text, index);
  return start === index ? index : end;
}

/** The end of a stretch that needs the segmenter: two ASCII characters never join. */
function segmentedEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !(isAsciiAt(text, end - 1) && isAsciiAt(text, end))) end++;
  return end;
}

/** The text's graphemes in order. */
export function* graphemes(text: string): Generator<string> {
  let index = 0;
  while (index < text.length) {
    if (isAsciiAt(text, index) && isAsciiAt(text, index + 1)) {
      yield text.charAt(index++);
      continue;
    }
    const end = segmentedEnd(text, index);
    for (const { segment: grapheme } of segment(text.slice(index, end))) yield grapheme;
    index = end;
  }
}

/** A sequence that takes no cells: CSI (colours), OSC (links), or ESC and one character. */
export const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/g;

/** Characters that take one cell on every terminal: most text is measured without any table. */
const NARROW = /^[ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027]*$/;

/** Marks that share the cell of the character before them, and characters that are not drawn. */
const ZERO_WIDTH = /^(?!\u00ad)[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\u2028\u2029\u302e\u302f]$/u;

const PICTURE = '\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]*';
const EMOJI_SEQUENCES = [
  '\\p{Regional_Indicator}{2}',
  `${PICTURE}(?:\\u200d${PICTURE})+`,
  '\\p{Extended_Pictographic}\\p{Emoji_Modifier}',
  '\\p{Emoji}\\ufe0f',
];
const EMOJI_SEQUENCE = new RegExp(EMOJI_SEQUENCES.join('|'), 'gu');

/** Two cells, as every emoji that is made of several characters. */
const ONE_EMOJI = '\u{1f600}';

function characterWidth(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

/**
 * How many cells one grapheme takes. Emoji sequences count as one emoji. In all other scripts the
 * characters count one by one, because terminals give vowel signs and conjuncts their own cells.
 */
export function graphemeWidth(grapheme: string): number {
  if (NARROW.test(grapheme)) return grapheme.length;
  let width = 0;
  for (const character of grapheme.replace(EMOJI_SEQUENCE, ONE_EMOJI)) {
    width += characterWidth(character);
  }
  return width;
}

/** How many cells one line of text takes; escape sequences in it take none. */
export function displayWidth(line: string): number {
  return graphemeWidth(line.includes('\x1b') ? line.replace(ESCAPE_SEQUENCE, '') : line);
}

/** As many whole graphemes from the start of a text without escape sequences as fit. */
export function cutToWidth(text: string, columns: number): string {
  if (isPlain(text)) return text.slice(0, Math.max(0, columns));
  let cut = '';
  let width = 0;
  for (const grapheme of graphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > columns) break;
    cut += grapheme;
  }
  return cut;
}

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
  const natural: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries())
      natural[index] = Math.max(natural[index] ?? 0, displayWidth(cell));
  const isShown = (_: unknown, index: number): boolean => natural[index] !== 0;
  const widths = fittedWidths(natural.filter(isShown), room);
  return rows.map((row) => {
    const cells = row.filter(isShown);
    return widths.map((width, place) => {
      const cell = cutWithEllipsis(cells[place] ?? '', width);
      const isLast = place === widths.length - 1;
      return isLast ? cell : cell + ' '.repeat(Math.max(0, width - displayWidth(cell)));
    });
  });
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
