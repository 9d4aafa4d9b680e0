import { describe, expect, it } from 'vitest';
import {
  type MarkdownStream,
  createMarkdownStream,
} from '../../../src/terminal/markdown/reply-renderer.js';

const open = (): MarkdownStream => createMarkdownStream({ color: false, columns: () => 80 });

const WRITES: [name: string, written: string, printed: string, later: string][] = [
  ['a paragraph at the empty line after it', 'one\ntwo\n\n', 'one\ntwo\n', ''],
  ['no paragraph before its end is certain', 'one\ntwo\n', '', 'one\ntwo\n'],
  ['a paragraph at the heading after it', 'one\n# two\n', 'one\n\n# two\n', ''],
  ['a paragraph at the fence after it', 'one\n```js\n', 'one\n\njs:\n', ''],
  ['a line of code when it is there', '```\none\ntw', 'one\n', 'tw\n'],
  ['a list item at the next one', '- one\n- two\n', '• one\n', '• two\n'],
  ['a table when it is finished', '|a|\n|-|\n|1|\n\n', 'a\n─\n1\n', ''],
];

describe('a Markdown stream', () => {
  it.each(WRITES)('prints %s', (_name, written, printed, later) => {
    const stream = open();
    expect(stream.write(written)).toBe(printed);
    expect(stream.end()).toBe(later);
  });

  it('does not wait for ever for the end of a paragraph', () => {
    const stream = open();
    const reply = 'a line of a very long paragraph\n'.repeat(1000);
    const printed = stream.write(reply);
    expect(reply.length - printed.length).toBeLessThan(10_000);
    expect(printed + stream.end()).toBe(reply);
  });

  it.each([1, 7, 1000, 8191, 8192, 8193, 100_000])(
    'prints a line without end as it is, in pieces of %d',
    (size) => {
      const stream = open();
      const line = 'word '.repeat(10_000) + 'x'.repeat(20_001) + '😀'.repeat(10_000);
      let printed = '';
      for (let at = 0; at < line.length; at += size) {
        const piece = stream.write(line.slice(at, at + size));
        expect(/\p{Cs}/u.test(piece)).toBe(false);
        printed += piece;
      }
      expect(line.length - printed.length).toBeLessThan(10_000);
      expect(printed + stream.end()).toBe(`${line}\n`);
    },
  );

  it('prints a line of code without end as it is', () => {
    const stream = open();
    const code = '"x" '.repeat(10_000);
    const printed = stream.write(`\`\`\`\na\n${code}\nb\n\`\`\`\nc`) + stream.end();
    expect(printed).toBe(`a\n${code}\nb\n\nc\n`);
  });
});
