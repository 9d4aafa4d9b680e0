import { describe, expect, it } from 'vitest';
import {
  type ReplyRenderer,
  createReplyRenderer,
} from '../../../src/terminal/markdown/reply-renderer.js';
import { optionsOf, piecesOf, rendered } from './markup.js';
import { CORPUS, dueLength, sourceOf, visible } from './streamed.js';

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

describe.each(Object.entries(CORPUS))('what was sent of %s and is not shown', (_name, parts) => {
  it.each([4, 5, 6, 7, 8])('is a word or an open mark, in pieces of %d', (size) => {
    for (const color of [false, true]) {
      const look = { width: 40, color };
      const renderer = createReplyRenderer(optionsOf(look));
      let printed = '';
      let sent = '';
      for (const piece of piecesOf(sourceOf(parts), size)) {
        printed += renderer.write(piece);
        sent += piece;
        const isDue = visible(printed).length >= dueLength(parts, sent.length, look);
        expect([sent.slice(-60), visible(printed).slice(-40), isDue]).toEqual([
          sent.slice(-60),
          visible(printed).slice(-40),
          true,
        ]);
      }
    }
  });
});
