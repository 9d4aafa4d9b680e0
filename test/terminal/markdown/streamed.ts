import { bare, rendered, type Look } from './markup.js';

/** A part of a reply; a held one may be held back from its first character until its last. */
interface Part {
  text: string;
  isHeld?: boolean;
}

const URL = 'https://example.com/a/path_of_some_length?query=yes#part';

const MARKDOWN: readonly Part[] = [
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

const WIDE: readonly Part[] = [
  { text: '这是一个没有空格的长段落，需要在表意文字之间换行。' },
  { text: '**加粗的文字**', isHeld: true },
  { text: '混合 English 和数字 123。\n\n- 项目一 😀 and a word\n- e\u0301tude na\u00efve ' },
  { text: '~~gone~~', isHeld: true },
  { text: ' fami\u0301lia\n\n> 引用的内容也会换行，每一行都有竖线\n\nThe end.' },
];

const PLAIN: readonly Part[] = [
  { text: 'We are open from Monday to Friday, from nine to six. On weekends we are closed.\n\n' },
  {
    text: 'Steps:\n\n1. call the number above\n2. say what you need\n   - an order number helps\n',
  },
  { text: '3. wait for the answer\n\nA line that breaks  \nhere, and an open ' },
  { text: '**mark that nobody closes', isHeld: true },
];

/** Replies, in parts. */
export const CORPUS: Readonly<Record<string, readonly Part[]>> = { MARKDOWN, WIDE, PLAIN };

export const sourceOf = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');

export const visible = (text: string): string => bare(text).replaceAll(/\s/g, '');

/** The word at the end of a text, which may go on; ideographs are words by themselves. */
const LAST_WORD = /\p{sc=Han}?[^\s\p{sc=Han}]*$/u;

const lastWordOf = (text: string): string => LAST_WORD.exec(text)?.[0] ?? '';

/** How much of the source has to be shown when its first `length` characters were sent. */
function certain(parts: readonly Part[], length: number): number {
  let start = 0;
  for (const { text, isHeld } of parts) {
    const end = start + text.length;
    // The character after a mark tells whether it closes.
    if (isHeld && length > start && length <= end) return start;
    start = end;
  }
  const source = sourceOf(parts);
  const word = length - lastWordOf(source.slice(0, length)).length;
  // The marks before a line's first word are shown with it.
  return source.slice(0, word).search(/(?:(?<=^|\n)(?: *(?:[->]|#+|\d+\.) *)+)?$/);
}

/** How many visible characters are due when so much was sent: all but a word, or an open mark. */
export function dueLength(parts: readonly Part[], length: number, look: Look): number {
  const shown = sourceOf(parts).slice(0, certain(parts, length));
  return visible(rendered([shown], look)).length - lastWordOf(shown).length;
}
