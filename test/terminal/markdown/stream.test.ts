import { describe, expect, it } from 'vitest';
import {
  type ReplyRenderer,
  createReplyRenderer,
} from '../../../src/terminal/markdown/reply-renderer.js';
import { bare, optionsOf, piecesOf, rendered } from './markup.js';

const open = (): ReplyRenderer => createReplyRenderer(optionsOf({ width: 80 }));

const WRITES: [name: string, written: string, printed: string, later: string][] = [
  ['each word when it is whole', 'one two thr', 'one two', ' thr\n'],
  ['ideographs one by one', '这是一个', '这是一', '个\n'],
  ['a line when its first word is whole', 'one\ntwo three', 'one\ntwo', ' three\n'],
  ['a heading by its words', '# one two thr', '# one two', ' thr\n'],
  ['an item by its words', '- one two', '• one', ' two\n'],
  ['a quote by its words', '> one two', '│ one', ' two\n'],
  ['emphasis when it is closed', 'a **b c** d', 'a b c', ' d\n'],
  ['nothing from an open mark on', 'a **b c d', 'a', ' **b c d\n'],
  ['a code span when it is closed', 'a `b c` d `e f', 'a `b c` d', ' `e f\n'],
  ['a link when it is closed', '[a b](c) d [e f](', 'a b (c) d', ' [e f](\n'],
  ['a bracket that is no link at once', '[a b] [^1] c', '[a b] [^1]', ' c\n'],
  ['code as it comes', '```js\none tw', 'js:\n    one tw', '\n'],
  ['HTML by its words', '<div>\n*one* two', '<div>\n*one*', ' two\n'],
  ['a table when it ends', '|a|\n|-|\n|1|\n\n', 'a\n─\n1\n', ''],
  ['no line before it is known what it is', 'a b\n--', 'a b\n', '──'],
  ['a number when no item can begin with it', '2024 was', '2024', ' was\n'],
];

describe('a reply that streams', () => {
  it.each(WRITES)('prints %s', (_name, written, printed, later) => {
    const renderer = open();
    expect(renderer.write(written)).toBe(printed);
    const rest = renderer.end();
    expect(rest.startsWith(later)).toBe(true);
  });

  it.each([
    ['**', ' and'],
    ['*', ' and'],
    ['~~', ' and'],
    ['`', ' and'],
    ['[', ' and'],
    ['<b', ' and'],
    ['[a](', ' and'],
    ['<!--', ' and'],
  ])('does not wait for ever for the end of %s', (mark, more) => {
    const source = `before ${mark}${more.repeat(1000)}`;
    const renderer = open();
    const printed = piecesOf(source, 5).map((piece) => renderer.write(piece));
    const held = source.length - printed.join('').length;
    expect(held).toBeLessThan(300);
    expect((printed.join('') + renderer.end()).replaceAll('\n', ' ').trim()).toBe(source.trim());
  });

  it('closes a mark that was open for three lines, but not one that was for more', () => {
    const words = 'word '.repeat(40).trim();
    expect(rendered([`**${words}**`], { color: true })).toBe(`\x1b[1m${words}\x1b[22m\n`);
    const more = 'word '.repeat(60).trim();
    expect(rendered([`**${more}** **b**`], { color: true })).toBe(`**${more}** \x1b[1mb\x1b[22m\n`);
  });

  it('counts no address when it waits for a mark to be closed', () => {
    const url = `https://a.b/${'c'.repeat(500)}`;
    expect(rendered([`**[a](${url})**`], {})).toBe(`a (${url})\n`);
  });
});

const URL = 'https://example.com/a/path_of_some_length?query=yes#part';

/** Parts of a reply; `held` ones may be held back from their first character until their last. */
const PARTS: readonly { text: string; isHeld?: boolean }[] = [
  { text: '# A heading of several words\n\nA paragraph of plain words, one after the other, ' },
  { text: '**some in bold**', isHeld: true },
  { text: ' and ' },
  { text: '*some in italics, which go on*', isHeld: true },
  { text: ' and then ' },
  { text: '`code with words`', isHeld: true },
  { text: '. A sentence about snake_case and 2 * 3, AT&T, x < y and C#; is it [not] (plain)? ' },
  { text: `[a link with words](${URL} "and a title")`, isHeld: true },
  { text: ` or ${URL} as it is.\n\n- an item of words\n- another of ` },
  { text: '***both kinds***', isHeld: true },
  { text: '\n  1. nested and long\n  2. nested too\n\n> a quote that goes on\n> in lines\n\n' },
  { text: '```js\nconst x = 1; // code as it comes\n\nfor (;;) x();\n```\n\n' },
  { text: '| a table | has |\n|---|---|\n| its rows | held |\n\n', isHeld: true },
  { text: '<details>\n<summary>HTML by words</summary>\n</details>\n\nLast\n---\n\n1. End of it ' },
];

describe('what was sent and is not shown', () => {
  const source = PARTS.map(({ text }) => text).join('');
  const visible = (text: string): string => bare(text).replaceAll(/\s/g, '');

  /** How much of the source has to be shown when its first `length` characters were sent. */
  function certain(length: number): number {
    let start = 0;
    for (const { text, isHeld } of PARTS) {
      const end = start + text.length;
      // The character after a mark tells whether it closes.
      if (isHeld && length > start && length <= end) return start;
      start = end;
    }
    const word = source.slice(0, length).search(/\S*$/);
    // The marks before a line's first word are shown with it.
    return source.slice(0, word).search(/(?:(?<=^|\n)(?: *(?:[->]|#+|\d+\.) *)+)?$/);
  }

  it.each([4, 5, 6, 7, 8])('is a word or an open mark, in pieces of %d', (size) => {
    for (const color of [false, true]) {
      const renderer = createReplyRenderer(optionsOf({ width: 40, color }));
      let printed = '';
      let sent = '';
      for (const piece of piecesOf(source, size)) {
        printed += renderer.write(piece);
        sent += piece;
        // What is certain, but for the word at its end, which may go on.
        const due = visible(rendered([source.slice(0, certain(sent.length))], { color }));
        const isDue =
          visible(printed).length >= due.length - lastWord(source, certain(sent.length));
        expect([sent.slice(-60), visible(printed).slice(-40), isDue]).toEqual([
          sent.slice(-60),
          visible(printed).slice(-40),
          true,
        ]);
      }
    }
  });
});

/** Characters of the word before `end`, if it touches what follows. */
const lastWord = (source: string, end: number): number =>
  /\S*$/.exec(source.slice(0, end))?.[0].length ?? 0;
