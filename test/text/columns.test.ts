import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedCells, COLUMN_GAP, explainedLines } from '../../src/text/columns.js';
import { displayWidth } from '../../src/text/width.js';

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
