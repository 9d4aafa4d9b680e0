import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSanitizer, sanitize } from '../../../src/text/sanitize.js';
import {
  type MarkdownStreamOptions,
  createMarkdownStream,
} from '../../../src/terminal/markdown/reply-renderer.js';
import { cutAnywhere, hostileText } from '../../helpers/hostile-text.js';

const RUNS = { numRuns: 1000 };

const MARKUP = [
  '# ', '## ', '- ', '* ', '1. ', '2) ', '> ', '    ', '\t', '\n', '\n\n', '```', '~~~', '```js\n',
  '---', '===', '***', '**', '*', '_', '__', '~~', '`', '``', '[', '](', ')', '![', '<', '>', '|',
  '|-|-|', ':-:', '\\', '&amp;', '&#27;', '&#x9b;', 'https://a.b/', '<div>', '[ ] ', '- [x] ', '  ',
]; // prettier-ignore

const markup = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...MARKUP) },
      fc.constantFrom('word', 'a b', 'x\n', '周', '😀', '.', 'é'),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

const hostileMarkup = fc
  .array(fc.oneof(markup, hostileText), { maxLength: 6 })
  .map((parts) => parts.join(''));

const looks: fc.Arbitrary<MarkdownStreamOptions> = fc.record({
  color: fc.boolean(),
  glyphs: fc.boolean(),
  hyperlinks: fc.boolean(),
  columns: fc.constantFrom(0, 20, 80).map((columns) => () => columns),
});

/** From the wire to the screen, as a reply goes. */
function shown(pieces: readonly string[], look: MarkdownStreamOptions): string {
  const sanitizer = createSanitizer();
  const stream = createMarkdownStream(look);
  const printed = pieces.map((piece) => stream.write(sanitizer.write(piece)));
  return [...printed, stream.write(sanitizer.end()), stream.end()].join('');
}

describe('a reply of any text', () => {
  it('looks the same, wherever it is cut', () => {
    fc.assert(
      fc.property(cutAnywhere(hostileMarkup), looks, ({ text, pieces }, look) => {
        expect(shown(pieces, look)).toBe(shown([text], look));
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

  it('brings no sequence but our own styles and links to one with colour', () => {
    const ours =
      /\x1b\[(?:[1-4]|9|22|23|24|29|36|39)m|\x1b\]8;;(?:(?:https?|mailto):[!-~]+)?\x1b\\/gi;
    fc.assert(
      fc.property(hostileMarkup, looks, (text, look) => {
        const bare = shown([text], { ...look, color: true }).replace(ours, '');
        expect(bare).not.toMatch(/[^\P{Cc}\t\n]|\p{Cs}/u);
      }),
      RUNS,
    );
  });

  it('leaves every style closed at the end of its line', () => {
    const pairs: [string, string][] = [['3', '23'], ['4', '24'], ['9', '29'], ['36', '39']]; // prettier-ignore
    fc.assert(
      fc.property(markup, looks, (text, look) => {
        for (const line of shown([text], { ...look, color: true }).split('\n')) {
          for (const [on, off] of pairs) {
            expect(line.lastIndexOf(`\x1b[${on}m`)).toBeLessThanOrEqual(
              line.lastIndexOf(`\x1b[${off}m`),
            );
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
        const open = '~'.repeat(200);
        const block = `${lines.join('\n')}\n`;
        const reply = shown([`before\n${open}\n${block}${open}\nafter`], { ...look, color: false });
        expect(reply).toBe(`before\n\n${block}\nafter\n`);
      }),
      RUNS,
    );
  });
});
