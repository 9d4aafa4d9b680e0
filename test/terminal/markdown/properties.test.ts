import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';
import { createSanitizer, sanitize } from '../../../src/base/text/sanitize.js';
import { cutAnywhere } from '../../helpers/hostile-text.js';
import { HOSTILE } from './hostile.js';
import {
  hostileMarkup,
  looks,
  type Look,
  MARKUP,
  markup,
  optionsOf,
  bare,
  rendered,
} from './markup.js';

const RUNS = { numRuns: 1000 };

/** From the wire to the screen, as a reply goes. */
function shown(pieces: readonly string[], look: Look): string {
  const sanitizer = createSanitizer();
  const renderer = createReplyRenderer(optionsOf(look));
  const printed = pieces.map((piece) => renderer.write(sanitizer.write(piece)));
  return [...printed, renderer.write(sanitizer.end()), renderer.end()].join('');
}

const inColor = fc.record({ look: looks }).map(({ look }) => ({ ...look, color: true }));

describe('a reply of any text', () => {
  it('looks the same, wherever it is cut', () => {
    fc.assert(
      fc.property(cutAnywhere(hostileMarkup), looks, ({ text, pieces }, look) => {
        expect(shown(pieces, look)).toBe(shown([text], look));
      }),
      RUNS,
    );
  });

  it('ends with one newline of its own, and only once', () => {
    fc.assert(
      fc.property(hostileMarkup, looks, (text, look) => {
        const renderer = createReplyRenderer(optionsOf(look));
        const printed = renderer.write(sanitize(text)) + renderer.end();
        expect(printed === '' || printed.endsWith('\n')).toBe(true);
        expect(renderer.end()).toBe('');
      }),
      RUNS,
    );
  });

  it('brings no control character to a terminal without colour', () => {
    fc.assert(
      fc.property(hostileMarkup, looks, (text, look) => {
        expect(shown([text], { ...look, color: false })).not.toMatch(/[^\P{Cc}\t\n]|\p{Cs}/u);
      }),
      RUNS,
    );
  });

  it('brings no sequence but our own styles to one with colour', () => {
    const ours = /\x1b\[(?:[1-4]|9|22|23|24|29|38;5;31|39)m/g;
    fc.assert(
      fc.property(hostileMarkup, inColor, (text, look) => {
        expect(shown([text], look).replace(ours, '')).not.toMatch(/[^\P{Cc}\t\n]|\p{Cs}/u);
      }),
      RUNS,
    );
  });

  it('leaves every style closed at the end of its line', () => {
    const pairs: [on: string, off: string][] = [
      ...([['1', '22'], ['3', '23'], ['4', '24'], ['9', '29'], ['38;5;31', '39']] as const),
    ].map(([on, off]) => [`\x1b[${on}m`, `\x1b[${off}m`]); // prettier-ignore
    fc.assert(
      fc.property(markup, inColor, (text, look) => {
        for (const line of shown([text], look).split('\n')) {
          for (const [on, off] of pairs) {
            expect(line.lastIndexOf(on)).toBeLessThanOrEqual(line.lastIndexOf(off));
          }
        }
      }),
      RUNS,
    );
  });

  it('shows every word of the source', () => {
    const numbered = fc
      .array(
        fc.oneof(
          fc.constantFrom(...MARKUP.filter((mark) => !/[a-z]/.test(mark))),
          fc.constant('W'),
        ),
      )
      .map((parts) => parts.map((part, index) => (part === 'W' ? `w${index}w` : part)).join(''));
    fc.assert(
      fc.property(numbered, looks, (text, look) => {
        const reply = shown([text], look);
        for (const word of text.match(/w\d+w/g) ?? []) expect(reply).toContain(word);
      }),
      { numRuns: 5000 },
    );
  });

  it('shows code exactly as it is, whatever it holds', () => {
    const code = fc.array(
      hostileMarkup.map((text) => sanitize(text).replaceAll('\n', ' ')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(code, looks, (lines, look) => {
        const fence = '~'.repeat(6000);
        const block = lines.map((line) => `${line.replace(/~{3,}/g, '~')}\n`);
        const source = `before\n${fence}\n${block.join('')}${fence}\nafter`;
        const reply = shown([source], { ...look, color: false, plain: false });
        const indented = block.map((line) => (line === '\n' ? line : `    ${line}`)).join('');
        expect(reply).toBe(`before\n\n${indented}\nafter\n`);
      }),
      RUNS,
    );
  });
});

const MB = 1_000_000;

const HOSTILE_LOOK: Look = { width: 80, color: true };

/** Milliseconds of processor time, for pieces as a stream has them. */
function timeOf(text: string): number {
  const renderer = createReplyRenderer(optionsOf(HOSTILE_LOOK));
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
      const shown = letters(bare(rendered([large], HOSTILE_LOOK)));
      expect(shown.length).toBeGreaterThanOrEqual(letters(large).length);
    },
  );

  it.each(HOSTILE)('%s is whole when a megabyte comes 4 characters at a time', (_name, text) => {
    const source = text(MB);
    const renderer = createReplyRenderer(optionsOf(HOSTILE_LOOK));
    const printed: string[] = [];
    for (let at = 0; at < source.length; at += 4) {
      printed.push(renderer.write(source.slice(at, at + 4)));
    }
    printed.push(renderer.end());
    const letters = (from: string): number => from.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    expect(letters(bare(printed.join('')))).toBeGreaterThanOrEqual(letters(source));
  });

  it('5 MB without a space is printed while it comes', () => {
    const renderer = createReplyRenderer(optionsOf(HOSTILE_LOOK));
    const piece = 'x'.repeat(MB / 100);
    let printed = 0;
    for (let sent = 0; sent < 5 * MB; sent += piece.length) {
      printed += renderer.write(piece).length;
      expect(sent + piece.length - printed).toBeLessThan(100);
    }
    expect(printed + renderer.end().length).toBe(5 * MB + 1);
  });
});
