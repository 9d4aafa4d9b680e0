import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, rowOf } from '../../../src/terminal/editor/layout.js';
import {
  extendOpenLine,
  NO_OPEN_LINE,
  reflowOpenLine,
} from '../../../src/terminal/editor/open-line.js';
import { displayWidth } from '../../../src/text/width.js';
import { CTRL, DOWN, LEFT, RIGHT, TestTerminal, UP, paste } from './terminal.js';

const words = fc
  .array(fc.constantFrom('a', 'word ', '日本', '\n', '\t', 'e\u0301', 'x'.repeat(30)), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

describe('the layout', () => {
  it('holds every character once, in rows no wider than the window', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 40 }), (text, columns) => {
        const rows = layOut(text, { columns, indent: 2 });
        const joined = rows.map(({ start, end }) => text.slice(start, end)).join('');
        expect(joined).toBe(text.replaceAll('\n', ''));
        for (const { start, end, indent } of rows) {
          const shown = text.slice(start, end).replaceAll('\t', '    ');
          expect(indent + displayWidth(shown)).toBeLessThanOrEqual(columns);
        }
        for (let cursor = 0; cursor <= text.length; cursor++) {
          const row = rows[rowOf(rows, cursor)];
          expect(row && row.start <= cursor && cursor <= row.end).toBe(true);
        }
      }),
    );
  });
});

describe('the tail', () => {
  it('is the same however the text is cut', () => {
    const parts = fc.array(
      fc.constantFrom('abc', '日', '\x1b[31m', '\x1b[0m', '\n', '\t', 'x'.repeat(25), '\r'),
    );
    fc.assert(
      fc.property(parts, (pieces) => {
        const cut = pieces.reduce((tail, piece) => extendOpenLine(tail, piece, 20), NO_OPEN_LINE);
        const whole = extendOpenLine(NO_OPEN_LINE, pieces.join(''), 20);
        expect(cut).toEqual(whole);
        expect(reflowOpenLine(extendOpenLine(NO_OPEN_LINE, pieces.join(''), 33), 20)).toEqual(
          whole,
        );
      }),
    );
  });
});

/** Keys and prints in any order; the screen must be what drawing it all anew would show. */
const step = fc.oneof(
  fc.constantFrom(LEFT, RIGHT, UP, DOWN, CTRL('a'), CTRL('e'), CTRL('w'), CTRL('k'), '\x7f'),
  fc.constantFrom(
    'a',
    'word ',
    '日本',
    'e\u0301',
    '\n',
    paste('two\nlines'),
    paste('y'.repeat(50)),
  ),
  fc.constantFrom('print:text ', 'print:日本', 'print:line\n', `print:${'z'.repeat(45)}`),
);

describe('drawing only what changed', () => {
  it('shows the same as drawing everything anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const terminal = new TestTerminal([40, 30]);
        for (const one of steps) {
          if (one.startsWith('print:')) terminal.editor.print(one.slice(6));
          else await terminal.type(one);
        }
        const drawn = await terminal.screen();
        await terminal.editor.suspend(() => Promise.resolve());
        expect((await terminal.screen()).map((row) => row.trimEnd())).toEqual(
          drawn.map((row) => row.trimEnd()),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('prints whole what was printed in pieces', async () => {
    const pieces = fc.array(fc.constantFrom('a ', '日本', 'line\n', 'z'.repeat(45), '\n'));
    await fc.assert(
      fc.asyncProperty(pieces, fc.boolean(), async (printed, hasDraft) => {
        const terminal = new TestTerminal([40, 200]);
        if (hasDraft) await terminal.type('draft\n日');
        for (const piece of printed) terminal.editor.print(piece);
        await terminal.type(CTRL('u'));
        terminal.editor.close();
        const plain = new TestTerminal([40, 200]);
        plain.editor.close();
        plain.editor.print(printed.join(''));
        const expected = (await plain.scrollback()).map((line) => line.trimEnd());
        const lines = (await terminal.scrollback()).map((line) => line.trimEnd());
        expect(lines.slice(0, expected.length)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
