import { expect, it } from 'vitest';
import { rendered } from './markup.js';

/** The part of full light that a colour of the 6×6×6 cube sends (WCAG). */
function luminance(index: number): number {
  const levels = [0, 95, 135, 175, 215, 255];
  const [red = 0, green = 0, blue = 0] = [36, 6, 1].map((step) => {
    const level = levels[Math.floor((index - 16) / step) % 6]! / 255;
    return level <= 0.03928 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

it('gives code a colour that can be read on black and on white', () => {
  const [, color] = /\x1b\[38;5;(\d+)m/.exec(rendered(['`code`'], { color: true })) ?? [];
  const light = luminance(Number(color)) + 0.05;
  expect(light / 0.05).toBeGreaterThan(4);
  expect(1.05 / light).toBeGreaterThan(4);
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
  expect(rendered([reply], { hyperlinks: true })).not.toContain('\x1b');
});
