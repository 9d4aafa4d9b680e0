import { expect, it, describe, test } from 'vitest';
import { percentile, age } from '../../src/base/time.js';

it.each([
  [[], 0.5, undefined],
  [[7], 0, 7],
  [[7], 0.95, 7],
  [[30, 10, 20], 0.5, 20],
  [[30, 10, 20, 40], 0.5, 20],
  [[4, 1, 3, 2], 0.5, 2],
  [[3, 1, 2], 1, 3],
  [Array.from({ length: 100 }, (_, index) => 100 - index), 0.95, 95],
  [Array.from({ length: 10 }, (_, index) => index + 1), 0.95, 10],
])('the percentile of %j', (times, share, expected) => {
  expect(percentile(times, share)).toBe(expected);
});

describe('how long ago', () => {
  const NOW = new Date('2026-01-01T00:00:00Z');
  test.each([
    [-5, 'just now'],
    [9.9, 'just now'],
    [10, '10 s ago'],
    [59.9, '59 s ago'],
    [60, '1 min ago'],
    [3_599, '59 min ago'],
    [3_600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [364.9 * 86_400, '364 d ago'],
    [365 * 86_400, '1 y ago'],
    [800 * 86_400, '2 y ago'],
  ])('%d s: %s', (seconds, words) => {
    expect(age(new Date(NOW.getTime() - seconds * 1000).toISOString(), NOW)).toBe(words);
  });

  test.each(['', 'yesterday'])('%j is no time', (time) => {
    expect(age(time, NOW)).toBe('');
  });
});
