import xterm from '@xterm/headless';
import spec from 'commonmark-spec';
import { describe, expect, it } from 'vitest';
import type { ReplyPrinter } from '../../../src/chat/ports.js';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';
import { sanitize } from '../../../src/base/text/sanitize.js';
import { optionsOf, piecesOf, rendered, type Look } from './markup.js';
import { CORPUS, dueLength, sourceOf, visible } from './streamed.js';

const open = (): ReplyPrinter => createReplyRenderer(optionsOf({ width: 80 }));

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

/** A reply of every kind of block, and one with all examples of the specification. */
const REPLY = `# Title with *emphasis* and \`code\` ##

A paragraph with **bold words that go on** and on, a [link](https://example.com/a/b/c), ~~deleted~~ words,
<https://example.com>, an image ![of a cat](cat.png), &copy; and \\*escapes\\*.

1. first of all
2. second, which is long enough to be wrapped in a narrow window, with its indent
   - nested item with \`some code\`
   - [x] done
10. tenth

> A quote which is long enough to be wrapped in a narrow window, with its bar
> > and a quote in it

| Day | Open | Note |
|-----|:----:|-----:|
| Saturday | 10–16 | a note that is wider than its column can be |
| Sunday | closed | none |

\`\`\`ts
const answer = await chat('a line of code that is wider than a narrow window is');
\`\`\`

一个没有空格的长段落，需要在表意文字之间换行，这样才能在终端上正确显示。混合English和数字123的文字。

Heading
---

***

The end, with **an open mark.
`;
const EXAMPLES = spec.tests.map(({ markdown }) => sanitize(markdown)).join('\n\n<!-- -->\n\n');

interface Row {
  text: string;
  looks: string;
  isContinued: boolean;
}

/** The rows of a terminal that printed the text: characters, and what each looks like. */
async function screenOf(text: string, columns: number): Promise<Row[]> {
  const options = { cols: columns, rows: 24, scrollback: 100_000, allowProposedApi: true };
  const terminal = new xterm.Terminal(options);
  await new Promise<void>((done) => terminal.write(text.replaceAll('\n', '\r\n'), done));
  const { active } = terminal.buffer;
  return Array.from({ length: active.length }, (_, index) => {
    const line = active.getLine(index)!;
    const cells = Array.from({ length: columns }, (_, column) => line.getCell(column)!);
    const looks = cells.map((cell) =>
      [cell.isBold(), cell.isItalic(), cell.isUnderline(), cell.isDim(), cell.getFgColor()].join(),
    );
    return {
      text: line.translateToString(true),
      looks: looks.join(' '),
      isContinued: line.isWrapped,
    };
  });
}

const LOOKS: [name: string, look: Look][] = [
  ['in colour', { color: true }],
  ['without colour', {}],
  ['for a screen reader', { glyphs: false, wrap: false }],
];

describe.each([40, 80, 200])('a screen of %d columns', (width) => {
  it.each(LOOKS)('is the same however the reply was cut, %s', async (_name, look) => {
    for (const reply of [REPLY, EXAMPLES]) {
      const whole = await screenOf(rendered([reply], { ...look, width }), width);
      for (const size of [1, 5, 1000]) {
        const cut = rendered(piecesOf(reply, size), { ...look, width });
        expect(await screenOf(cut, width)).toEqual(whole);
      }
    }
  });

  it('breaks no line by itself but those of code and long words', async () => {
    const rows = await screenOf(rendered([REPLY], { width }), width);
    const continued = rows.filter(({ isContinued }) => isContinued).map(({ text }) => text);
    const code = REPLY.split('\n').find((line) => line.startsWith('const'));
    const rest = `    ${code}`.slice(width).match(new RegExp(`.{1,${width}}`, 'g'));
    expect(continued).toEqual(rest ?? []);
  });
});

it('counts a resize from the next line on', () => {
  let width = 20;
  const renderer = createReplyRenderer({ width: () => width, style: {}, wrap: true });
  let shown = renderer.write('one two three four five six ');
  width = 10;
  shown += renderer.write('seven eight nine ten ') + renderer.end();
  expect(shown).toBe('one two three four\nfive six seven eight\nnine ten\n');
});

it.each([
  ['Hindi', 'हिन्दी क्षेत्र में आपका स्वागत है'],
  ['Bengali', 'বাংলা ভাষায় আপনাকে স্বাগতম কৌ'],
  ['Tamil', 'தமிழ் மொழிக்கு நல்வரவு கொடு'],
  ['Kannada', 'ಕನ್ನಡ ಭಾಷೆಗೆ ಸ್ವಾಗತ ಕೋರುತ್ತೇವೆ'],
  ['Thai', 'ยินดีต้อนรับสู่ภาษาไทยน้ำใจ'],
])('a table in %s keeps its columns in a narrow window', async (_, text) => {
  const reply = `| Name | ${text} |\n|-|-|\n| ${text} | ${text} |\n| x | ${text} ${text} |\n`;
  const rows = await screenOf(rendered([reply], { width: 60 }), 60);
  const shown = rows.filter((row) => row.text !== '');
  expect(shown.filter(({ isContinued }) => isContinued)).toEqual([]);
  expect(shown.length).toBeGreaterThan(3);
});
