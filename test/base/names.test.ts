import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/base/names.js';

describe('the nearest word', () => {
  const words = ['send', 'serve', 'sandbox', 'config', 'conversations'];
  test.each<[string, string | undefined]>([
    ['send', 'send'],
    ['sned', 'send'],
    ['sen', 'send'],
    ['sendd', 'send'],
    ['srve', 'serve'],
    ['con', 'config'],
    ['conv', 'conversations'],
    ['cofnig', 'config'],
    ['conversatoins', 'conversations'],
    ['xxxx', undefined],
    ['delete', undefined],
  ])('%s: %s', (word, expected) => expect(nearest(word, words)).toBe(expected));

  /** The least number of changes, said in the simplest way. */
  function changes(from: string, to: string): number {
    if (from === '' || to === '') return from.length + to.length;
    const [a, b] = [from.slice(1), to.slice(1)];
    const isSwap = from.length > 1 && from[0] === to[1] && from[1] === to[0];
    return Math.min(
      changes(a, to) + 1,
      changes(from, b) + 1,
      changes(a, b) + (from[0] === to[0] ? 0 : 1),
      isSwap ? changes(from.slice(2), to.slice(2)) + 1 : Infinity,
    );
  }

  test('is at most two slips away, and no more than half of its letters', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(short, short, (word, candidate) => {
        const isNear = changes(word, candidate) <= Math.min(2, candidate.length / 2);
        const isBeginning = word !== '' && candidate.startsWith(word);
        expect(nearest(word, [candidate])).toBe(isNear || isBeginning ? candidate : undefined);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of nothing is none', () => expect(nearest('send', [])).toBeUndefined());

  test('is always one of the words', () => {
    fc.assert(
      fc.property(fc.string(), (word) => [...words, undefined].includes(nearest(word, words))),
    );
  });
});
