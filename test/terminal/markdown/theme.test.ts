import { expect, it } from 'vitest';
import { paintFor, stylesFor } from '../../../src/terminal/styles.js';
import { rendered } from './markup.js';

/** The part of full light that a colour of the 6×6×6 cube, or of the greys behind it, sends (WCAG). */
function luminance(index: number): number {
  const levels = [0, 95, 135, 175, 215, 255];
  const [red = 0, green = 0, blue = 0] = [36, 6, 1].map((step) => {
    const inCube = levels[Math.floor((index - 16) / step) % 6]!;
    const level = (index < 232 ? inCube : 8 + 10 * (index - 232)) / 255;
    return level <= 0.03928 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const { error, dim } = paintFor({ noticeColor: true });
const { warning } = stylesFor({ color: true });

it.each([
  ['code', rendered(['`code`'], { color: true })],
  ['the bar of a quote', rendered(['> quote'], { color: true })],
  ['an error', error('error')],
  ['a warning', warning('warning')],
  ['a notice', dim('notice')],
])('gives %s a colour that can be read on black and on white', (_, shown) => {
  const [, color] = /\x1b\[38;5;(\d+)m/.exec(shown) ?? [];
  const light = luminance(Number(color)) + 0.05;
  expect(light / 0.05).toBeGreaterThan(3.9);
  expect(1.05 / light).toBeGreaterThan(3.9);
});

it('dims nothing of a reply: dim text is hardly seen on some light grounds', () => {
  const reply = '# a\n\n> b\n\n```js\nc\n```\n\n|d|\n|-|\n|e|\n\n---\n\n- f';
  expect(rendered([reply], { color: true })).not.toContain('\x1b[2m');
});

it('tells headings apart by their level', () => {
  for (const color of [true, false]) {
    const headings = [1, 2, 3, 4, 5, 6].map((level) =>
      rendered([`${'#'.repeat(level)} a`], { color }),
    );
    expect(new Set(headings).size).toBe(6);
  }
});

it('prints no escape sequence without colour', () => {
  const reply = '# a\n**b** *c* ~~d~~ `e` [f](https://g.h)\n\n> i\n\n```\nj\n```';
  expect(rendered([reply], {})).not.toContain('\x1b');
});
