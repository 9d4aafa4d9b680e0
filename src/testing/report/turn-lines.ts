import { sanitize, sanitizeLine } from '../../base/text/sanitize.js';
import { plainText } from '../checks/matching.js';
import { toolText } from '../checks/tool-checks.js';
import type { TurnResult } from '../run/results.js';

/** How parts of a report for a person look. Each gives its text back, with colour or without. */
export interface ReportStyle {
  good: (text: string) => string;
  bad: (text: string) => string;
  warning: (text: string) => string;
  dim: (text: string) => string;
  /** A word that differs from the reference. */
  difference: (text: string) => string;
}

const asItIs = (text: string): string => text;

/** Without colour. */
export const PLAIN_STYLE: ReportStyle = {
  good: asItIs,
  bad: asItIs,
  warning: asItIs,
  dim: asItIs,
  difference: (text) => `[${text}]`,
};

/** Limit on the lines of a message or a reply. */
const MAX_LINES = 40;
const MAX_LINE_LENGTH = 1_000;

/** The message, the accepted reply beside the new one, and the tools that were called. */
export function turnLines(turn: TurnResult, style: ReportStyle): string[] {
  const { said, reply, reference, tools = [], isRecovered } = turn;
  const { before, after } = sideBySide(reference, reply, style);
  return [
    ...block('>', sanitize(said), style.dim),
    ...(before === undefined ? [] : block('-', before, style.dim)),
    ...(after === undefined ? [] : block('+', after, (text) => text)),
    ...tools.map((tool) => style.dim(`    * ${safeLine(toolText(tool))}`)),
    ...(isRecovered ? [style.dim('    the turn was recovered')] : []),
  ];
}

function sideBySide(
  reference: string | undefined,
  reply: string | undefined,
  { difference }: ReportStyle,
): { before: string | undefined; after: string | undefined } {
  const before = reference === undefined ? undefined : sanitize(reference);
  const after = reply === undefined ? undefined : sanitize(reply);
  if (before === undefined || after === undefined) return { before, after };
  return markedDifference(before, after, difference);
}

function block(mark: string, text: string, look: (line: string) => string): string[] {
  const lines = text.split('\n');
  const rest = lines.length - MAX_LINES;
  const shown = lines.slice(0, MAX_LINES).map((each) => `    ${mark} ${each}`.trimEnd());
  return [...shown, ...(rest > 0 ? [`    ${mark} … ${rest} more lines`] : [])].map(look);
}

export function safeLine(text: string): string {
  return sanitizeLine(text, MAX_LINE_LENGTH);
}

/** Longer texts are shown without marks: comparing takes the product of their lengths. */
const MAX_WORDS = 600;

type Mark = (word: string) => string;

/** Two texts with the words marked that the other one has not, in its place. */
function markedDifference(
  before: string,
  after: string,
  mark: Mark,
): { before: string; after: string } {
  const [first, second] = [pieces(before), pieces(after)];
  const [words, others] = [keysOf(first), keysOf(second)];
  if (words.length > MAX_WORDS || others.length > MAX_WORDS) return { before, after };
  const common = commonWords(words, others);
  return {
    before: marked(first, common.first, mark),
    after: marked(second, common.second, mark),
  };
}

/** Words at even places, and the blanks between them at odd ones. */
function pieces(text: string): string[] {
  return text.split(/(\s+)/);
}

function keysOf(texts: readonly string[]): string[] {
  return texts.filter((_, index) => index % 2 === 0).map(plainText);
}

/** The places of the words of a longest common sequence, in each of two texts. */
function commonWords(
  first: readonly string[],
  second: readonly string[],
): { first: Set<number>; second: Set<number> } {
  const lengths = commonLengths(first, second);
  const common = { first: new Set<number>(), second: new Set<number>() };
  for (let row = 0, column = 0; row < first.length && column < second.length;) {
    if (first[row] === second[column]) {
      common.first.add(row++);
      common.second.add(column++);
    } else if (at(lengths, row + 1, column) >= at(lengths, row, column + 1)) row++;
    else column++;
  }
  return common;
}

/** How long the longest common sequence of what begins at each two places is. */
function commonLengths(first: readonly string[], second: readonly string[]): number[][] {
  const lengths = Array.from({ length: first.length + 1 }, () =>
    new Array<number>(second.length + 1).fill(0),
  );
  for (let row = first.length - 1; row >= 0; row--) {
    for (let column = second.length - 1; column >= 0; column--) {
      const isSame = first[row] === second[column];
      const longest = isSame
        ? at(lengths, row + 1, column + 1) + 1
        : Math.max(at(lengths, row + 1, column), at(lengths, row, column + 1));
      lengths[row]?.splice(column, 1, longest);
    }
  }
  return lengths;
}

function at(lengths: readonly (readonly number[])[], row: number, column: number): number {
  return lengths[row]?.[column] ?? 0;
}

function marked(texts: readonly string[], common: ReadonlySet<number>, mark: Mark): string {
  return texts
    .map((text, index) => {
      const isSame = index % 2 === 1 || text === '' || common.has(index / 2);
      return isSame ? text : mark(text);
    })
    .join('');
}
