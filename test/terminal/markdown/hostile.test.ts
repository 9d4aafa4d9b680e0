import { describe, expect, it } from 'vitest';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';
import { HOSTILE } from './hostile.js';
import { bare, type Look, optionsOf, rendered } from './markup.js';

const MB = 1_000_000;

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

  it.each(HOSTILE)('%s is whole when a megabyte comes 4 characters at a time', (_name, text) => {
    const source = text(MB);
    const renderer = createReplyRenderer(optionsOf(LOOK));
    const printed: string[] = [];
    for (let at = 0; at < source.length; at += 4) {
      printed.push(renderer.write(source.slice(at, at + 4)));
    }
    printed.push(renderer.end());
    const letters = (from: string): number => from.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    expect(letters(bare(printed.join('')))).toBeGreaterThanOrEqual(letters(source));
  });

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
