import { describe, expect, it } from 'vitest';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';

function render(source: string, color: boolean): string {
  const stream = createReplyRenderer({ width: () => 80, style: { color }, wrap: true });
  return (stream.write(source) + stream.end()).trimEnd();
}

/** Styles by name, so that what is expected can be read. */
const STYLES: Record<string, string> = {
  '\x1b[1m': '<b>',
  '\x1b[22m': '</b>',
  '\x1b[3m': '<i>',
  '\x1b[23m': '</i>',
  '\x1b[9m': '<s>',
  '\x1b[29m': '</s>',
  '\x1b[4m': '<u>',
  '\x1b[24m': '</u>',
  '\x1b[38;5;31m': '<c>',
  '\x1b[39m': '</c>',
};
const named = (text: string): string =>
  text.replace(/\x1b\[[\d;]+m/g, (sequence) => STYLES[sequence] ?? '?');

const STYLED: [source: string, shown: string][] = [
  ['**a** *b* __c__ _d_', '<b>a</b> <i>b</i> <b>c</b> <i>d</i>'],
  ['***a*** **a *b***', '<b><i>a</i></b> <b>a <i>b</i></b>'],
  ['*a **b** c*', '<i>a <b>b</b> c</i>'],
  ['**a **b** c**', '<b>a b c</b>'],
  ['~~a~~ ~5 ~b~', '<s>a</s> ~5 ~b~'],
  ['snake_case_name 2*3*4', 'snake_case_name 2<i>3</i>4'],
  ['2 * 3 * 4 ** 5', '2 * 3 * 4 ** 5'],
  ['**a *b', '**a *b'],
  ['*a _b* c_', '<i>a _b</i> c_'],
  ['**重要。**请注意', '<b>重要。</b>请注意'],
  ['`a *b*` ``a ` b`` `` `c` ``', '<c>a *b*</c> <c>a ` b</c> <c>`c`</c>'],
  ['`a ``b', '`a ``b'],
  ['\\*a\\* \\q \\\\', '*a* \\q \\'],
  ['[a *b*](https://c.d)', 'a <i>b</i> (<u>https://c.d</u>)'],
  ['[a](https://c.d/e_(f) "t")', 'a (<u>https://c.d/e_(f)</u> "t")'],
  ['[a](<b c>) [d]() [](e)', 'a (<u>b c</u>) d <u>e</u>'],
  ['[https://c.d](https://c.d)', '<u>https://c.d</u>'],
  [
    '[https://bank.example](https://evil.example)',
    '<u>https://bank.example</u> (<u>https://evil.example</u>)',
  ],
  ['[a] [b][c] [^1] [d]( e', '[a] [b][c] [^1] [d]( e'],
  ['[a [b](c) d](e)', '[a b (<u>c</u>) d](e)'],
  ['![a](b.png) [![a](b)](c)', 'a (<u>b.png</u>) a (<u>b</u>) (<u>c</u>)'],
  ['<https://a.b> <me@a.b>', '<u>https://a.b</u> <u>me@a.b</u>'],
  [
    'See https://a.b/c_d_e?f=*g, (https://h.i).',
    'See <u>https://a.b/c_d_e?f=*g</u>, (<u>https://h.i</u>).',
  ],
  ['**https://a.b**', '<b><u>https://a.b</u></b>'],
  ['见https://a.b。好', '见<u>https://a.b</u>。好'],
  ['<b title="*x*">y</b> 1 < 2', '<b title="*x*">y</b> 1 < 2'],
  ['&amp; &lt;b&gt; &#39; &#x1F600; &nope; &', "& <b> ' 😀 &nope; &"],
];

describe('inline', () => {
  it.each(STYLED)('%s', (source, shown) => {
    expect(named(render(source, true))).toBe(shown);
  });

  it('keeps marks that carry meaning where there is no colour', () => {
    const source = '**a** *b* ~~c~~ `d` [e](f)';
    expect(render(source, false)).toBe('a b ~~c~~ `d` e (f)');
  });

  it.each(['&#27;[2J', '&#x9b;2J', '&#8238;', '&#xE0041;', '&#10;', '&#xD800;', '&#x110000;'])(
    'does not decode %s into a control character',
    (source) => {
      expect(render(source, false)).toBe(source);
    },
  );
});
