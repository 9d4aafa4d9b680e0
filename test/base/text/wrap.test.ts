import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/base/text/width.js';
import { wrapText } from '../../../src/base/text/wrap.js';

const wrapped = (text: string, columns: number, hang?: number): string[] =>
  wrapText(text, columns, hang).split('\n');

const URL = 'https://example.com/a/long/address';

const CASES: [name: string, text: string, lines: string[]][] = [
  ['leaves a line that fits', 'twenty columns wide.', ['twenty columns wide.']],
  [
    'breaks between words',
    'one two three four five six',
    ['one two three four', 'five six'],
  ],
  [
    'goes on under the text behind a label',
    'hint: one two three four five',
    ['hint: one two three', '      four five'],
  ],
  [
    'goes on in the column of the text',
    'key   one two three four',
    ['key   one two three', '      four'],
  ],
  ['keeps the indent of a line', '  one two three four five', ['  one two three four', '  five']],
  [
    'goes on with a small indent where a label takes more than half',
    'conversations: one two three',
    ['conversations: one', '  two three'],
  ],
  ['looks no further than the first label', 'one: two: three four five six', [
    'one: two: three four',
    '     five six',
  ]],
  [
    'leaves a word that fits no line to the terminal, where it stands',
    `hint: see ${URL} for more`,
    [`hint: see ${URL} for more`],
  ],
  ['gives a word that fits only alone a line of its own', 'see nineteen.columns.x', [
    'see',
    'nineteen.columns.x',
  ]],
  ['breaks between ideographs', '这是一个没有空格的长段落需要换行', [
    '这是一个没有空格的长',
    '段落需要换行',
  ]],
  ['keeps lines apart', 'one\n\ntwo', ['one', '', 'two']],
  ['drops white space at a break and at the end', 'one two three four    five ', [
    'one two three four',
    'five',
  ]],
]; // prettier-ignore

describe('a text in a window of 20 columns', () => {
  it.each(CASES)('%s', (_name, text, lines) => {
    expect(wrapped(text, 20)).toEqual(lines);
  });
});

it('has the indent that it is given', () => {
  expect(wrapped('pass  key  one two three', 20, 11)).toEqual(['pass  key  one two', '  three']);
  expect(wrapped(`${' '.repeat(11)}one two three four`, 20, 11)).toEqual(['  one two three four']);
  expect(wrapped('pass key one two three', 20, 9)).toEqual(['pass key one two', '         three']);
});

const word = fc.oneof(
  fc.stringMatching(/^[a-z.,]{1,14}$/),
  fc.constantFrom('字', '周末', 'é', '😀', '👩‍👩‍👧', 'かな'),
);
const words = fc.array(word, { minLength: 1, maxLength: 40 }).map((list) => list.join(' '));

describe('any words', () => {
  it('give the text again when their lines are joined', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 200 }), (text, columns) => {
        const bare = (from: string): string => from.replaceAll(/\s/g, '');
        expect(bare(wrapText(text, columns))).toBe(bare(text));
      }),
    );
  });

  it('make no line wider than the window but by one word', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 200 }), (text, columns) => {
        for (const line of wrapped(text, columns, 0)) {
          if (line.includes(' ') && columns >= 14) {
            expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          }
        }
      }),
    );
  });

  it('fill each line as far as they fit', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 100 }), (text, columns) => {
        const lines = wrapped(text, columns, 0);
        lines.slice(1).forEach((line, index) => {
          const next = `${lines[index] ?? ''} ${line.split(' ', 1)[0] ?? ''}`;
          expect(displayWidth(next)).toBeGreaterThan(columns - 2);
        });
      }),
    );
  });
});
