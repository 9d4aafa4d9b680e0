import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Complete } from '../../../src/terminal/editor/completion.js';
import { layOut, rowOf } from '../../../src/terminal/editor/layout.js';
import { OpenLine } from '../../../src/terminal/editor/open-line.js';
import { rowsAbove } from '../../../src/terminal/editor/paint.js';
import { displayWidth } from '../../../src/base/text/width.js';
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

describe('the last line', () => {
  const lineOf = (pieces: readonly string[], size: { columns: number }): OpenLine => {
    const line = new OpenLine(() => size.columns);
    for (const piece of pieces) line.add(piece);
    return line;
  };
  const shown = (line: OpenLine): string[] => [line.text, line.resume(), line.leave()];

  it('is the same however the text is cut', () => {
    const parts = fc.array(
      fc.constantFrom('abc', '日', '\x1b[31m', '\x1b[0m', '\n', '\t', 'x'.repeat(25), '\r'),
    );
    fc.assert(
      fc.property(parts, (pieces) => {
        const whole = shown(lineOf([pieces.join('')], { columns: 20 }));
        expect(shown(lineOf(pieces, { columns: 20 }))).toEqual(whole);
        const size = { columns: 33 };
        const resized = lineOf([pieces.join('')], size);
        size.columns = 20;
        resized.reflow();
        expect(shown(resized)).toEqual(whole);
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

/** Tab lists so many candidates, in lines of 80 cells. */
const listing =
  (length: number): Complete =>
  (_, cursor) => ({
    from: cursor,
    candidates: Array.from({ length }, (__, index) => ({
      value: `${index.toString(16)}-candidate`,
      note: 'with a note that is longer than most windows of a terminal are wide',
    })),
  });
const complete = listing(15);

const LONG_PASTE = paste(Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n'));
const SHORT_PASTE = paste('one\ntwo\nthree and more');

type Step =
  | { type: 'keys'; keys: string }
  | { type: 'print'; text: string }
  | { type: 'resize'; columns: number; rows: number };

const keys = fc
  .constantFrom(
    ...['a', 'word ', '日本', 'e\u0301', '👩‍👩‍👧', LEFT, UP, DOWN, CTRL('a'), CTRL('e'), '\x7f'],
    ...['\t', '\x1f', SHORT_PASTE, LONG_PASTE, paste('y'.repeat(90)), '\n'],
  )
  .map((each): Step => ({ type: 'keys', keys: each }));

const printed = fc
  .constantFrom('text ', 'line\n', '日本語', `${'z'.repeat(95)} `, '\n')
  .map((text): Step => ({ type: 'print', text }));

/** Most windows are of a usual size; some are as small or as large as can be. */
const extent = (usual: number, least: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: Math.ceil(usual / 3), max: usual * 2 }) },
    { weight: 1, arbitrary: fc.constantFrom(least, least + 1, 5, 500) },
  );
const resize = fc
  .record({ columns: extent(60, 2), rows: extent(20, 1) })
  .map((size): Step => ({ type: 'resize', ...size }));

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: keys },
    { weight: 3, arbitrary: printed },
    { weight: 3, arbitrary: resize },
  ),
  { maxLength: 30 },
);

async function take(terminal: TestTerminal, step: Step): Promise<void> {
  if (step.type === 'keys') await terminal.type(step.keys);
  else if (step.type === 'print') terminal.editor.print(step.text);
  else await terminal.resize(step.columns, step.rows);
}

/** The printed lines and, at the end, the prompt, each numbered so that they can be told apart. */
it('keeps every printed line, once and in order, whatever the window does', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const terminal = new TestTerminal([80, 24], { complete });
      void terminal.editor.read();
      let count = 0;
      for (const step of taken) {
        await take(terminal, step);
        if (step.type === 'resize') terminal.editor.print(`\nprinted ${count++}.\n`);
      }
      await terminal.resize(80, 24);
      const text = (await terminal.scrollback()).join('\n');
      const found = [...text.matchAll(/printed (\d+)\./g)].map(([, number]) => Number(number));
      expect(found).toEqual(Array.from({ length: count }, (_, index) => index));
    }),
    { numRuns: 300 },
  );
});

/** Up and Down go by rows, so that where they lead depends on the window. */
const goesByRows = (step: Step): boolean =>
  step.type === 'keys' && (step.keys === UP || step.keys === DOWN);

/** Which part of a list another Tab shows depends on how much of it the window had room for before. */
const scrollsList = (taken: readonly Step[]): boolean =>
  taken.filter((step) => step.type === 'keys' && step.keys === '\t').length > 1;

/** Which rows of a draft that is too tall are shown depends on how the cursor came there. */
const cursorRow = (screen: readonly string[]): string | undefined =>
  screen.find((row) => row.includes('▏'));

it('shows the prompt as in a window that had its last size from the start', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const resized = new TestTerminal([80, 24], { complete });
      const size = { columns: 80, rows: 24 };
      for (const step of taken) {
        if (goesByRows(step)) continue;
        await take(resized, step);
        if (step.type === 'resize') Object.assign(size, step);
      }
      const steady = new TestTerminal([size.columns, size.rows], { complete });
      for (const step of taken) {
        if (step.type === 'keys' && !goesByRows(step)) await take(steady, step);
      }
      const area = await steady.screen();
      const screen = await resized.screen();
      const isSame = area.length < size.rows - 1 && !scrollsList(taken);
      if (isSame) expect(screen.slice(-area.length)).toEqual(area);
      else expect(cursorRow(screen)).toEqual(cursorRow(area));
    }),
    { numRuns: 300 },
  );
});

/** One dimension at a time, as long as everything fits. */
const gentleResizes = fc.array(
  fc.oneof(
    fc.record({ columns: fc.integer({ min: 30, max: 120 }) }),
    fc.record({ rows: fc.integer({ min: 20, max: 60 }) }),
  ),
  { maxLength: 8 },
);

it('leaves nothing of the prompt behind while it fits the window', async () => {
  const drafts = fc.constantFrom(['one\n', 'two', LEFT], ['日本 word', CTRL('a')], ['x', '\t'], []);
  await fc.assert(
    fc.asyncProperty(gentleResizes, drafts, fc.boolean(), async (sizes, draft, hasText) => {
      const terminal = new TestTerminal([80, 24], { complete: listing(4) });
      if (hasText) terminal.editor.print(`${'printed word '.repeat(12)}\nand more\n`);
      await terminal.type(...draft);
      const before = await terminal.scrollback();
      const size = { columns: 80, rows: 24 };
      for (const change of [...sizes, { columns: 80 }, { rows: 24 }]) {
        Object.assign(size, change);
        await terminal.resize(size.columns, size.rows);
      }
      expect(await terminal.scrollback()).toEqual(before);
    }),
    { numRuns: 300 },
  );
});

it.each([
  [1, 1],
  [1, 24],
  [80, 1],
  [3, 2],
  [500, 500],
])('goes on in a window of %i×%i', async (columns, rows) => {
  const terminal = new TestTerminal([80, 24], { complete });
  const read = terminal.editor.read();
  // The emulator has no windows of one column, so that only the program is told.
  Object.assign(terminal.output, { columns, rows });
  terminal.output.emit('resize');
  terminal.editor.setStatus('waiting');
  for (const key of ['a\tb', '日本', '\t', UP, DOWN, LEFT, paste('x\ty\n日'), LONG_PASTE]) {
    await terminal.type(key);
  }
  terminal.editor.print('printed\n');
  await terminal.type('!', '\r');
  expect(await read).toMatchObject({ type: 'text', text: expect.stringMatching(/line 29!/) });
});

it.each([
  ['behind the end of its line', { columns: 1, column: 2 }, 2],
  ['behind the end, the width being no multiple', { columns: 3, column: 7 }, 3],
  ['within its line', { columns: 2, column: 5 }, 3],
])('tmux leaves the cursor in the last row of its line: %s', (_, { columns, column }, expected) => {
  const text = '> draft'.slice(0, Math.max(column, 2));
  const rows = ['', columns === 2 ? '> draft' : text];
  const area = { rows, row: 1, column, before: text };
  const before = { columns: 80, rows: 24 };
  expect(rowsAbove({ area, before, now: { columns, rows: 24 }, reflow: 'complete' })).toBe(
    expected,
  );
});

it('never clears a window from its first cell, which tmux would keep in its history', async () => {
  const terminal = new TestTerminal([20, 1]);
  void terminal.editor.read();
  await terminal.type('draft');
  terminal.editor.print('text\n');
  await terminal.resize(10, 1);
  terminal.editor.close();
  expect(terminal.output.writes.join('')).not.toMatch(/(?:\r|A)\x1b\[J/);
});

describe('while the window is dragged', () => {
  it('a reply waits, as what it would continue may be elsewhere by now', async () => {
    const terminal = new TestTerminal([40, 8]);
    void terminal.editor.read();
    terminal.editor.print('one ');
    terminal.output.emit('resize');
    terminal.editor.print('two ');
    terminal.time.pass(200);
    terminal.output.emit('resize');
    terminal.editor.print('notice\n', 'stderr');
    terminal.time.pass(299);
    expect(await terminal.screen()).toEqual(['one ', '', '> ▏']);
    terminal.time.pass(1);
    expect(await terminal.screen()).toEqual(['one two ', 'notice', '', '> ▏']);
    expect(terminal.time.running).toBe(0);
  });

  it.each<[string, (terminal: TestTerminal) => void]>([
    ['a message is sent', (terminal) => terminal.editor.printSent('sent')],
    [
      'a task has the terminal',
      (terminal) => void terminal.editor.suspend(() => new Promise(() => undefined)),
    ],
    ['the chat ends', (terminal) => terminal.editor.close()],
  ])('nothing is lost when %s', async (_, act) => {
    const terminal = new TestTerminal([40, 8]);
    void terminal.editor.read();
    terminal.output.emit('resize');
    terminal.editor.print('a reply\n');
    act(terminal);
    expect((await terminal.screen())[0]).toBe('a reply');
    expect(terminal.time.running).toBe(0);
  });
});
