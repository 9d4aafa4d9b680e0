import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  graphemes,
  displayWidth,
  graphemeWidth,
  alignedCells,
  COLUMN_GAP,
  explainedLines,
} from '../../../src/base/text/width.js';

const FAMILY = '👩‍👩‍👧';

/** Texts that all terminals measure alike. */
const SETTLED: [script: string, text: string, width: number][] = [
  ['nothing', '', 0],
  ['ASCII', 'abc', 3],
  ['Latin', 'Öffnungszeiten – “ja”', 21],
  ['Latin with combining marks', 'e\u0301a\u0300', 2],
  ['Greek and Cyrillic', 'Ωμέγα мир', 9],
  ['Chinese', '周二', 4],
  ['Japanese with half-width kana', 'ｶﾅ・かな', 8],
  ['Japanese with a combining sound mark', 'か\u3099', 2],
  ['full-width Latin', 'ｆｕｌｌ', 8],
  ['Korean', '한국', 4],
  ['Korean in conjoining jamo', '\u1112\u1161\u11ab\u1100\u116e\u11a8', 4],
  ['a lone leading jamo', '\u1112', 2],
  ['a lone vowel jamo', '\u1161', 0],
  ['old Korean with a tone mark', '\uac00\u302e', 2],
  ['Hindi', 'नमस्ते', 4],
  ['Hindi with a conjunct', 'क्षत्रिय', 6],
  ['Hindi with a vowel sign on the left', 'हिन्दी', 5],
  ['Hindi with a joiner', 'क्\u200dष', 2],
  ['Bengali', 'বাংলা', 5],
  ['Tamil', 'தமிழ்', 4],
  ['Tamil with spacing vowel signs', 'போ கௌ', 5],
  ['Kannada', 'ಕನ್ನಡ', 4],
  ['Kannada with a vowel sign', 'ಕಾ ಕಿ', 4],
  ['Thai', 'สวัสดี', 4],
  ['Thai with sara am', 'น้ำ', 2],
  ['Khmer', 'ខ្មែរ', 4],
  ['Arabic with vowel marks', 'مَرْحَبًا', 5],
  ['Hebrew with points', 'שָׁלוֹם', 4],
  ['Persian with a non-joiner', 'می\u200cخواهم', 7],
  ['zero-width characters', 'a\u200b\u200db\u200e\ufe0f', 2],
  ['a soft hyphen', 'a\u00adb', 3],
  ['a lone flag letter', '🇩', 1],
  ['a private-use glyph', '\ue0b0', 1],
  ['ambiguous characters', '§ ± × … ①', 9],
];

const EMOJI: [name: string, text: string, width: number][] = [
  ['an emoji', '😀', 2],
  ['emoji of the basic plane', '⌚✅', 4],
  ['a text symbol', '❤', 1],
  ['a text symbol as emoji', '❤️', 2],
  ['a keycap', '1️⃣', 2],
  ['joined emoji', FAMILY, 2],
  ['a joined text symbol', '❤️‍🔥', 2],
  ['the same without its variation selector', '❤‍🔥', 2],
  ['a skin tone', '👍🏽', 2],
  ['a skin tone on a text symbol', '☝🏽', 2],
  ['a skin tone within joined emoji', '👩🏽‍🚀', 2],
  ['a lone skin tone', '🏽', 2],
  ['a flag', '🇩🇪', 2],
  ['flags in a row', '🇩🇪🇫🇷🇯', 5],
  ['a flag made of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 2],
  ['a flag with a joiner', '🏳️‍🌈', 2],
  ['emoji among words', `a${FAMILY}é😀 ok`, 9],
];

describe('the width of a text', () => {
  it.each([...SETTLED, ...EMOJI])('of %s: %j takes %d', (_, text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it.each(SETTLED)('of %s is where a terminal puts its cursor', async (_, text, width) => {
    const terminal = new xterm.Terminal({ cols: 80, rows: 2, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write(`>${text}`, resolve));
    expect(terminal.buffer.active.cursorX).toBe(1 + width);
  });

  it('does not count escape sequences', () => {
    const link = '\x1b]8;;https://a.b\x1b\\c\x1b]8;;\x1b\\ \x1b]8;;https://a.b\x07d\x1b]8;;\x07';
    expect(displayWidth(`\x1b[1mab\x1b[22m ${link}\x1b7`)).toBe(6);
  });

  it('is that of its graphemes', () => {
    const parts = [...SETTLED, ...EMOJI].map(([, text]) => text);
    const joiners = ['\u200d', '\ufe0f', '\u0301', '🏽', '🇩', '❤'];
    const text = fc
      .array(fc.oneof(fc.constantFrom(...parts, ...joiners), fc.string({ unit: 'binary' })))
      .map((drawn) => drawn.join('').replaceAll('\x1b', ''));
    fc.assert(
      fc.property(text, (content) => {
        const widths = [...graphemes(content)].map(graphemeWidth);
        expect(displayWidth(content)).toBe(widths.reduce((sum, width) => sum + width, 0));
      }),
    );
  });
});

const ID = '0b0c8a4e-9a51-4bb5-a0e4-1f6f5f2f6e1a';

const lines = (rows: readonly (readonly string[])[], room: number): string[] =>
  alignedCells(rows, room).map((row) => row.join(COLUMN_GAP).trimEnd());

describe('aligned cells', () => {
  const rows = [
    ['Opening hours', '2 h ago', 'phone_call', ID],
    ['旅行', '12 min ago', '', ID],
  ];
  it.each([
    [
      100,
      [
        `Opening hours  2 h ago     phone_call  ${ID}`,
        `旅行           12 min ago              ${ID}`,
      ],
    ],
    [
      60,
      [
        'Opening hours  2 h ago     phone_call  0b0c8a4e-9a51-4bb5-a…',
        '旅行           12 min ago              0b0c8a4e-9a51-4bb5-a…',
      ],
    ],
    [40, ['Opening hours  2 h ago     phone_call', '旅行           12 min ago']],
    [30, ['Opening hours  2 h ago', '旅行           12 min ago']],
    [10, ['Opening h…', '旅行']],
    [1, ['…', '…']],
  ])('are cut from the right in %i cells', (room, expected) => {
    expect(lines(rows, room)).toEqual(expected);
  });

  it('leave out a column without text', () => {
    expect(lines([['a', '', 'c']], 20)).toEqual(['a  c']);
    expect(lines([], 20)).toEqual([]);
  });

  it('never take more cells than there are', () => {
    const cell = fc.constantFrom('', 'a', 'word', '日本語', 'x'.repeat(30), ID);
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 120 }), (random, room) => {
        for (const line of lines(random, room))
          expect(displayWidth(line)).toBeLessThanOrEqual(room);
      }),
    );
  });
});

describe('explained lines', () => {
  const groups = [[['/new', 'start a new conversation']], [['Ctrl-J', 'new line']]] as const;

  it('stand side by side, and wrap under themselves', () => {
    expect(explainedLines(groups, 80)).toEqual([
      ...['/new    start a new conversation', '', 'Ctrl-J  new line'],
    ]);
    expect(explainedLines(groups, 24)).toEqual([
      ...['/new    start a new', '        conversation', '', 'Ctrl-J  new line'],
    ]);
  });

  it('stand below each other where there is no room', () => {
    expect(explainedLines(groups, 20)).toEqual([
      ...['/new', '    start a new', '    conversation', '', 'Ctrl-J', '    new line'],
    ]);
  });
});
