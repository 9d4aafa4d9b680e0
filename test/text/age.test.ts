import { describe, expect, test } from 'vitest';
import { age } from '../../src/text/age.js';

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
