import { expect, test } from 'vitest';
import { codeBlocksIn } from '../../../src/terminal/markdown/code-blocks.js';

test.each<[string, string, string[]]>([
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
