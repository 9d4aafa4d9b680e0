import fc from 'fast-check';
import {
  type ReplyRendererOptions,
  createReplyRenderer,
} from '../../../src/terminal/markdown/reply-renderer.js';
import { hostileText } from '../../helpers/hostile-text.js';

export const MARKUP = [
  '# ', '## ', '- ', '* ', '1. ', '2) ', '> ', '    ', '\t', '\n', '\n\n', '```', '~~~', '```js\n', '---',
  '===', '***', '**', '*', '_', '__', '~~', '`', '``', '[', '](', ')', '![', '<', '>', '|', '|-|-|', ':-:',
  '\\', '&amp;', '&#27;', '&#x9b;', 'https://a.b/', '<div>', '<!--', '-->', '<b a="', '"', '</pre>',
  '<script>', '[ ] ', '- [x] ', '  ', '  \n', '#', 'h', 'tt', 'ps:/', '|a|b|\n|-|-|\n',
]; // prettier-ignore

const WORDS = [
  'word', 'a b', 'x\n', '周', '周末', '。', '（', '）', 'か', 'ー', '😀', '👩‍👩‍👧', '.', 'é', 'e\u0301', '\u200d',
  'y '.repeat(130), 'long'.repeat(30), '重'.repeat(60), '`x` '.repeat(40),
]; // prettier-ignore

/** Marks and words in any order, as no one would write them. */
export const markup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...MARKUP) },
      { weight: 1, arbitrary: fc.constantFrom(...WORDS) },
    ),
    { maxLength: 50 },
  )
  .map((parts) => parts.join(''));

export const hostileMarkup: fc.Arbitrary<string> = fc
  .array(fc.oneof(markup, hostileText), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** A text, and the same text in pieces of whole characters, as the sanitizer gives them. */
export const cutBetweenCharacters = (
  texts: fc.Arbitrary<string>,
): fc.Arbitrary<{ text: string; pieces: string[] }> =>
  fc
    .tuple(texts, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }))
    .map(([text, lengths]) => {
      const characters = Array.from(text);
      const pieces: string[] = [];
      for (let at = 0, turn = 0; at < characters.length; turn += 1) {
        const length = lengths[turn % lengths.length]!;
        pieces.push(characters.slice(at, at + length).join(''));
        at += length;
      }
      return { text, pieces };
    });

export const piecesOf = (text: string, size: number): string[] => {
  const characters = Array.from(text);
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  );
};

export interface Look {
  width?: number | undefined;
  color?: boolean;
  glyphs?: boolean;
  plain?: boolean;
  wrap?: boolean;
}

export const optionsOf = ({ width, wrap = true, ...style }: Look): ReplyRendererOptions => ({
  ...{ width: () => width, style, wrap },
});

/** All that is printed of a reply that comes in these pieces. */
export function rendered(pieces: readonly string[], look: Look): string {
  const renderer = createReplyRenderer(optionsOf(look));
  return [...pieces.map((piece) => renderer.write(piece)), renderer.end()].join('');
}

export const looks: fc.Arbitrary<Look> = fc.record({
  width: fc.constantFrom(1, 7, 20, 80, 500, undefined),
  color: fc.boolean(),
  glyphs: fc.boolean(),
  plain: fc.boolean(),
  wrap: fc.boolean(),
});

/** Without escape sequences. */
export const bare = (text: string): string => text.replaceAll(/\x1b\[[\d;]*m/g, '');
