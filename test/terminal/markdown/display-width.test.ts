import { expect, it } from 'vitest';
import { displayWidth } from '../../../src/terminal/markdown/display-width.js';

it.each([
  ['', 0],
  ['abc', 3],
  ['Öffnungszeiten – “ja”', 21],
  ['周二', 4],
  ['ｆｕｌｌ', 8],
  ['한국', 4],
  ['e\u0301a\u0300', 2],
  ['😀', 2],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['1', 1],
  ['a\u200cb', 2],
  ['\x1b[1mab\x1b[22m \x1b]8;;https://a.b\x1b\\c\x1b]8;;\x1b\\', 4],
])('%j takes %d columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});
