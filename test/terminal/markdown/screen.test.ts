import xterm from '@xterm/headless';
import spec from 'commonmark-spec';
import { describe, expect, it } from 'vitest';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';
import { sanitize } from '../../../src/text/sanitize.js';
import { type Look, piecesOf, rendered } from './markup.js';

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
  ['with links', { color: true, hyperlinks: true }],
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
