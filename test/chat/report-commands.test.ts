import { describe, expect, test } from 'vitest';
import { percentile } from '../../src/chat/report-commands.js';

describe('a percentile', () => {
  test.each<[number[], number, number | undefined]>([
    [[], 0.5, undefined],
    [[7], 0, 7],
    [[7], 0.95, 7],
    [[30, 10, 20], 0.5, 20],
    [[30, 10, 20, 40], 0.5, 20],
    [[3, 1, 2], 1, 3],
  ])('of %j, the share %d', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
