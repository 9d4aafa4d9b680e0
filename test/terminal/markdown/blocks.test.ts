import { describe, expect, it } from 'vitest';
import { codeBlocksIn } from '../../../src/terminal/markdown/code-blocks.js';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';

interface Look {
  columns?: number;
  glyphs?: boolean;
  color?: boolean;
}

function render(source: string, { columns = 80, glyphs = true, color = false }: Look = {}): string {
  const stream = createReplyRenderer({
    width: () => columns,
    style: { color, glyphs },
    wrap: true,
  });
  return stream.write(source) + stream.end();
}

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join('');

const BLOCKS: [name: string, source: string, shown: string][] = [
  ['nothing', '\n\n', ''],
  ['a paragraph', 'one\ntwo', lines('one', 'two')],
  ['paragraphs', '\none\n\n\n\ntwo\n\n', lines('one', '', 'two')],
  ['hard breaks', 'one  \ntwo\\\nthree', lines('one', 'two', 'three')],
  [
    'headings',
    '# One #\ntext\n###### Six\n#no',
    lines('# One', '', 'text', '', '###### Six', '', '#no'),
  ],
  [
    'lines under paragraphs',
    'One\n===\nTwo\nlines\n---\n- a\n  ===',
    lines(
      'One',
      '═'.repeat(24),
      '',
      'Two',
      'lines',
      '─'.repeat(24),
      '',
      '• a',
      `  ${'═'.repeat(24)}`,
    ),
  ],
  ['a thematic break', 'one\n\n***\ntwo', lines('one', '', '─'.repeat(24), '', 'two')],
  ['a tight list', '- one\n- two\n  more\n- three', lines('• one', '• two', '  more', '• three')],
  ['a loose list', '* one\n\n* two', lines('• one', '', '• two')],
  ['a list after its introduction', 'Say:\n- one', lines('Say:', '• one')],
  ['nested lists', '- a\n  1. b\n     - c\n- d', lines('• a', '  1. b', '     • c', '• d')],
  ['a list in a list item', '- - a\n  - b', lines('• • a', '  • b')],
  ['an item with an empty line', '- a\n\n  b\n- c', lines('• a', '', '  b', '• c')],
  ['an empty item', '-\n- b', lines('•', '• b')],
  ['numbers as written', '3. a\n2. b\n\n10. c', lines('3. a', '2. b', '', '10. c')],
  ['a repeated number, counted', '1. a\n1. b\n1. c', lines('1. a', '2. b', '3. c')],
  ['a number within a paragraph', 'It was\n2019. Good.', lines('It was', '2019. Good.')],
  ['tasks', '- [ ] a\n- [x] b\n1. [X] c', lines('☐ a', '☑ b', '1. ☑ c')],
  ['a lazy line', '- a\nb', lines('• a', '  b')],
  ['a quote', '> a\nb\n>\n> c\n\nd', lines('│ a', '│ b', '│', '│ c', '', 'd')],
  ['a list in a quote', '> - a\n>   b\n> > c', lines('│ • a', '│   b', '│ │ c')],
  [
    'fenced code',
    'a\n```\n  x  \n\n\ty\n```\nb',
    lines('a', '', '      x  ', '', '    \ty', '', 'b'),
  ],
  ['code with its language', '~~~ ts title\n```\n~~~', lines('ts title:', '    ```')],
  ['code that never ends', '```\nx', lines('    x')],
  ['an empty code block', 'a\n\n```\n```\n\nb', lines('a', '', 'b')],
  [
    'code in an item',
    '1. a\n   ```\n   x\n     y\n   ```\n2. b',
    lines('1. a', '', '    x', '      y', '', '2. b'),
  ],
  ['an item that begins with code', '- ```\n  x\n  ```', lines('•', '    x')],
  ['a fence that its item ends', '- ```\n  x\ny', lines('•', '    x', '', 'y')],
  ['indented code', 'a\n\n    x\n\n      y\n\nb', lines('a', '', '    x', '', '      y', '', 'b')],
  ['code indented by tabs', '-\ta\n\n\t\tx', lines('• a', '', '    x')],
  [
    'HTML as text',
    '<div class="a_b_c">\n*x*\n</div>\n\n*y*',
    lines('<div class="a_b_c">', '*x*', '</div>', '', 'y'),
  ],
  ['a definition as text', '[a]: https://b.c', lines('[a]: https://b.c')],
  [
    'a table',
    '|a|b|\n|-|-:|\n|1|22|\n|周二|3|',
    lines('a      b', '────  ──', '1     22', '周二   3'),
  ],
  [
    'a table without outer bars, under its header',
    'a | b\n:-: | ---\n1 | x \\| y',
    lines('a | b', '─  ─────', '1  x | y'),
  ],
  [
    'a table after text',
    'See\n|a|\n|-|\n|1|\nx\n\ny',
    lines('See', '', 'a', '─', '1', 'x', '', 'y'),
  ],
  ['a row with too many cells', '|a|\n|-|\n|1|2|', lines('a', '─  ─', '1  2')],
  ['bars that make no table', '|\n|\n||\n|', lines('|', '|', '||', '|')],
];

describe('blocks', () => {
  it.each(BLOCKS)('%s', (_name, source, shown) => {
    expect(render(source)).toBe(shown);
  });

  it('shows a table that is too wide as records', () => {
    const source = '|Day|Open|\n|-|-|\n|Monday|9|\n|Tuesday||';
    const records = lines('Day: Monday', 'Open: 9', '', 'Day: Tuesday', 'Open:');
    expect(render(source, { columns: 12 })).toBe(records);
    expect(render(`- x\n\n${source.replaceAll(/^/gm, '  ')}`, { columns: 14 })).toContain(
      '  Day: ',
    );
    expect(render(source, { columns: 13 })).toContain('Day      Open\n');
    expect(render('|Day|Open|\n|-|-|', { columns: 8 })).toBe(lines('Day,', 'Open'));
  });

  it('shows a table that never ends as records, without waiting', () => {
    const stream = createReplyRenderer({ width: () => 80, style: {}, wrap: true });
    const row = `|${'x'.repeat(100)}|y|\n`;
    const first = stream.write(`|a|b|\n|-|-|\n${row.repeat(1000)}`);
    expect(first).toContain(`a:\n${'x'.repeat(100)}\nb: y\n\n`);
    expect((first + stream.end()).match(/b: y/g)).toHaveLength(1000);
  });

  it('draws nothing for a screen reader', () => {
    const source = '- a\n- [x] b\n\n> c\n\n---\n\n|d|e|\n|-|-|\n|1|2|';
    const said = lines('- a', '[x] b', '', '> c', '', '---', '', 'd: 1', 'e: 2');
    expect(render(source, { glyphs: false })).toBe(said);
  });

  it('keeps styles out of the marks before a line', () => {
    const shown =
      '\x1b[38;5;31m│\x1b[39m \x1b[1ma\x1b[22m\n\x1b[38;5;31m│\x1b[39m \x1b[1mb\x1b[22m\n';
    expect(render('> **a\n> b**', { color: true })).toBe(shown);
  });

  it('wraps words at the edge, under the indent of items and the bars of quotes', () => {
    const source = '- one two three\n  > four five six\n\n12. seven eight nine';
    const shown = lines(
      '• one two',
      '  three',
      '  │ four',
      '  │ five six',
      '',
      '12. seven',
      '    eight',
      '    nine',
    );
    expect(render(source, { columns: 12 })).toBe(shown);
  });

  it('leaves words that are longer than a line, and code, to the terminal', () => {
    const source = 'See https://example.com/a/long/path now `npm install --save-dev`.';
    const shown = lines('See', 'https://example.com/a/long/path now', '`npm install --save-dev`.');
    expect(render(source, { columns: 10 })).toBe(shown);
    expect(render('```\none two three four\n```', { columns: 10 })).toBe(
      lines('    one two three four'),
    );
  });

  it.each([
    ['goes on behind its end', '0123456789abc de fgh', ['0123456789abc de', 'fgh']],
    ['breaks where its end is the edge', '0123456789abcdef gh', ['0123456789abcdef', 'gh']],
    ['breaks where its end is not sure', '0123456789é ab', ['0123456789é', 'ab']],
    ['has no margin there', '> 0123456789 ab cd', ['│ 0123456789 ab', '│ cd']],
  ])('after a word that is longer than a line %s', (_, source, shown) => {
    expect(render(source, { columns: 8 })).toBe(lines(...shown));
  });

  it('breaks between ideographs, but not before the punctuation that closes', () => {
    expect(render('这是一个很长的句子，没有空格。', { columns: 10 })).toBe(
      lines('这是一个很', '长的句子，', '没有空格。'),
    );
    expect(render('一二三四五（六）', { columns: 10 })).toBe(lines('一二三四五', '（六）'));
    expect(render('一二三四五。六', { columns: 10 })).toBe(lines('一二三四', '五。六'));
  });

  it('keeps a comment before a fence out of the code', () => {
    const source = '<!-- app.py -->\n```py\nprint(1)\n```\nafter';
    expect(render(source)).toBe(lines('<!-- app.py -->', '', 'py:', '    print(1)', '', 'after'));
  });

  it('wraps the cells of a table before it gives its columns up', () => {
    const source = '|Day|Open|\n|-|-|\n|Monday|from nine to five|\n|Sunday|closed|';
    const table = lines(
      'Day     Open',
      '──────  ──────────',
      'Monday  from nine',
      '        to five',
      '',
      'Sunday  closed',
    );
    expect(render(source, { columns: 18 })).toBe(table);
  });

  it('wraps the cells of a table of sentences in a narrow window', () => {
    const source =
      '|Plan|Price per month|What it includes|\n|-|-:|-|\n|Starter|$10|calls and messages as you like|\n|Business|$100|the same, and a number|\n';
    const table = lines(
      'Plan           Price per  What it',
      '                   month  includes',
      '────────  ──────────────  ──────────────',
      'Starter              $10  calls and',
      '                          messages as',
      '                          you like',
      '',
      'Business            $100  the same, and',
      '                          a number',
    );
    expect(render(source, { columns: 40 })).toBe(table);
  });

  it('fixes the columns of a long table, and prints its later rows as they come', () => {
    const renderer = createReplyRenderer({ width: () => 30, style: {}, wrap: true });
    const row = '|one|two words|\n';
    const first = renderer.write(`|a|b|\n|-|-|\n${row.repeat(400)}`);
    expect(first.split('\n')).toHaveLength(403);
    expect(renderer.write('|six|some more words|\n')).toBe('six  some more\n     words\n');
    expect(renderer.write('|longer|x|\n')).toBe('\na: longer\nb: x\n');
    expect(renderer.end()).toBe('');
  });
});

describe('blocks of HTML', () => {
  it.each([
    [
      'a script',
      '<script>\n\n*x*\n</script>*y*\n*z*',
      lines('<script>', '', '*x*', '</script>*y*', 'z'),
    ],
    ['a comment', '<!-- a\n\n*x* -->*y*\n*z*', lines('<!-- a', '', '*x* -->*y*', 'z')],
    ['an instruction', '<?php\n\n*x* ?>\n*z*', lines('<?php', '', '*x* ?>', 'z')],
    ['a declaration', '<!DOCTYPE\n\n*x*>\n*z*', lines('<!DOCTYPE', '', '*x*>', 'z')],
    ['a CDATA section', '<![CDATA[\n\n*x*]]>\n*z*', lines('<![CDATA[', '', '*x*]]>', 'z')],
    ['a block element', 'a\n<div>\n*x*\n\n*z*', lines('a', '<div>', '*x*', '', 'z')],
    ['a tag alone on its line', '<a href="b">\n*x*\n\n*z*', lines('<a href="b">', '*x*', '', 'z')],
    ['a tag with text after it', '<a href="b">*x*', lines('<a href="b">x')],
    ['a tag in a paragraph', 'a\n<a href="b">\n*x*', lines('a', '<a href="b">', 'x')],
  ])('%s', (_name, source, shown) => {
    expect(render(source)).toBe(shown);
  });
});

it.each<[string, string, string[]]>([
  ['none', 'Just `code` in text.', []],
  ['a fence', 'Run:\n\n```sh\nnpm ci\n\n\tnpm test\n```\n\nDone.', ['npm ci\n\n\tnpm test']],
  ['two, the second without an end', '~~~\na\n~~~\ntext\n````\n```\nb\n', ['a', '```\nb']],
  [
    'one in an item and a quote',
    '- item\n\n  ```\n    deep\n  ```\n\n> ```\n> quoted\n> ```',
    ['  deep', 'quoted'],
  ],
  ['an indented one', 'text\n\n    one\n\n      two\n\nend', ['one\n\n  two']],
  ['an empty one', '```\n```', ['']],
  ['blank lines at its ends', '```\n\na\n\n```', ['\na\n']],
  ['other ends of lines', '```\r\na\r\nb\r\n```\r\n', ['a\nb']],
  ['what looks like a fence in it', '````md\n```\nx\n```\n````', ['```\nx\n```']],
])('the code blocks of a reply: %s', (_, reply, expected) => {
  expect(codeBlocksIn(reply)).toEqual(expected);
});
