import { describe, expect, it } from 'vitest';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';
import { bare, type Look, optionsOf, rendered } from './markup.js';

const MB = 1_000_000;

/** Texts that make a renderer slow or big, in about so many characters. */
const HOSTILE: [name: string, text: (size: number) => string][] = [
  ['one word', (size) => 'x'.repeat(size)],
  ['one line of words', (size) => 'word '.repeat(size / 5)],
  ['ideographs', (size) => '字'.repeat(size)],
  ['emoji', (size) => '😀'.repeat(size / 2)],
  ['marks on letters', (size) => `e${'\u0301'.repeat(size)}`],
  ['spaces', (size) => `a${' '.repeat(size)}b`],
  ['spaces at a line', (size) => `${' '.repeat(size)}b`],
  ['quotes in quotes', (size) => '>'.repeat(size)],
  ['quotes in 10,000 quotes, line by line', (size) => `${'>'.repeat(10_000)}x\n`.repeat(size / 10_000)],
  ['items in items', (size) => '- '.repeat(size / 2)],
  ['open stars', (size) => '*a '.repeat(size / 3)],
  ['stars and underscores', (size) => '*a_ '.repeat(size / 4)],
  ['runs of stars', (size) => '*'.repeat(size)],
  ['open backticks', (size) => '`a ``b '.repeat(size / 7)],
  ['a run of backticks', (size) => `a${'`'.repeat(size)}`],
  ['open brackets', (size) => '['.repeat(size)],
  ['open links', (size) => '[a]('.repeat(size / 4)],
  ['links in links', (size) => '[[[a](b)'.repeat(size / 8)],
  ['open tags', (size) => '<a b="'.repeat(size / 6)],
  ['open comments', (size) => 'a <!-- '.repeat(size / 7)],
  ['a tag at a line', (size) => `<a${' b'.repeat(size / 2)}`],
  ['ampersands', (size) => '&amp'.repeat(size / 4)],
  ['a heading of marks', (size) => `# a ${'#'.repeat(size)} b`],
  ['a rule', (size) => '- '.repeat(size / 2)],
  ['an underline', (size) => `a\n${'='.repeat(size)}x`],
  ['a line with a bar', (size) => `|${'a|'.repeat(size / 2)}`],
  ['lines with bars', (size) => '|a|\n'.repeat(size / 4)],
  ['a table of 200 columns', (size) => table(200, size)],
  ['a table without end', (size) => table(2, size)],
  ['a table of wide cells', (size) => `|a|b|\n|-|-|\n${`|${'word '.repeat(500)}|x|\n`.repeat(size / 2500)}`],
  ['code in one line', (size) => `\`\`\`\n${'x '.repeat(size / 2)}`],
  ['empty lines of code', (size) => `    x\n${'\n'.repeat(size)}    y`],
  ['addresses', (size) => `https://a.b/${'c'.repeat(size)}`],
]; // prettier-ignore

function table(columns: number, size: number): string {
  const row = `|${'ab|'.repeat(columns)}\n`;
  return `${row}|${'-|'.repeat(columns)}\n${row.repeat(size / row.length)}`;
}

const LOOK: Look = { width: 80, color: true };

/** Milliseconds of processor time, for pieces as a stream has them. */
function timeOf(text: string): number {
  const renderer = createReplyRenderer(optionsOf(LOOK));
  const before = process.cpuUsage();
  for (let at = 0; at < text.length; at += 16) renderer.write(text.slice(at, at + 16));
  renderer.end();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('a reply of', () => {
  it.each(HOSTILE)(
    '%s takes time in proportion to its size, and is shown to its end',
    (_name, text) => {
      timeOf(text(20_000));
      const [small, large] = [text(100_000), text(400_000)];
      const once = timeOf(small);
      // Twice the proportion, and what a collection of garbage may take.
      expect(timeOf(large)).toBeLessThan(8 * once + 200);
      const letters = (from: string): string => from.replaceAll(/[^\p{L}\p{N}]/gu, '');
      const shown = letters(bare(rendered([large], LOOK)));
      expect(shown.length).toBeGreaterThanOrEqual(letters(large).length);
    },
  );

  it('5 MB without a space is printed while it comes', () => {
    const renderer = createReplyRenderer(optionsOf(LOOK));
    const piece = 'x'.repeat(MB / 100);
    let printed = 0;
    for (let sent = 0; sent < 5 * MB; sent += piece.length) {
      printed += renderer.write(piece).length;
      expect(sent + piece.length - printed).toBeLessThan(100);
    }
    expect(printed + renderer.end().length).toBe(5 * MB + 1);
  });
});
