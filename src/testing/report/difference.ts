import { plainText } from '../checks/plain-text.js';

/** Longer texts are shown without marks: comparing takes the product of their lengths. */
const MAX_WORDS = 600;

type Mark = (word: string) => string;

/** Two texts with the words marked that the other one has not, in its place. */
export function markedDifference(
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
