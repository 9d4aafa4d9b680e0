import { expect, it } from 'vitest';
import { percentile } from '../../src/base/time.js';

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
