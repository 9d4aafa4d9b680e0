import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnWidths, type ColumnSpace } from '../../src/terminal/column-widths.js';
import { openTable } from '../../src/terminal/table.js';
import { COLUMN_GAP, displayWidth } from '../../src/base/text/width.js';

const ID = '0123456789';

function table(rows: string[][], width: number): string[] {
  return openTable({
    columns: [
      { title: 'ID' },
      { title: 'NAME', gives: 'cut' },
      { title: 'AGE', gives: 'drop' },
      { title: 'WITH', gives: 'drop' },
    ],
    width: () => width,
    styleTitle: (text) => text,
  })(rows);
}

describe('a table', () => {
  const ROWS = [
    [ID, '日本語の名前です', '5 min', '+1312'],
    [ID, 'plain', '3 d', ''],
  ];

  it('counts what a character takes on the screen', () => {
    expect(table(ROWS, 80)).toEqual([
      'ID          NAME              AGE    WITH',
      `${ID}  日本語の名前です  5 min  +1312`,
      `${ID}  plain             3 d`,
    ]);
  });

  it('lets the name give way, then the last columns, then the end of the id, and at last the name', () => {
    expect(table(ROWS, 37)).toEqual([
      'ID          NAME         AGE    WITH',
      `${ID}  日本語の名…  5 min  +1312`,
      `${ID}  plain        3 d`,
    ]);
    expect(table(ROWS, 28)).toEqual([
      'ID          NAME       AGE',
      `${ID}  日本語の…  5 min`,
      `${ID}  plain      3 d`,
    ]);
    expect(table(ROWS, 20)).toEqual(['ID          NAME', `${ID}  日本語…`, `${ID}  plain`]);
    expect(table(ROWS, 19)).toEqual(['ID         NAME', '01234567…  日本語…', '01234567…  plain']);
    expect(table(ROWS, 18)).toEqual(['ID', ID, ID]);
    expect(table(ROWS, 5)).toEqual(['ID', '0123…', '0123…']);
  });

  it('cuts a long id before it leaves out what a person knows a row by', () => {
    const id = '33333333-3333-4333-8333-333333333333';
    const rows = [[id, 'Opening hours', '2 h ago', '']];
    expect(table(rows, 60)[1]).toBe(`${id}  Opening hours  2 h ago`);
    expect(table(rows, 50)[1]).toBe(`${id}  Opening hou…`);
    expect(table(rows, 45)[1]).toBe('33333333…  Opening hours  2 h ago');
    expect(table(rows, 30)[1]).toBe('33333333…  Opening h…  2 h ago');
  });

  it.each([1, 2, 7, 12, 19, 20, 25, 31, 38, 44, 60])('fits %i columns', (width) => {
    const long = [[ID, 'a name that goes on for ever 👩‍👩‍👧 é and on', '12 min ago', '+4930901820']];
    for (const line of table(long, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it('leaves out what nobody has', () => {
    expect(table([[ID, '', '', '+1']], 80)).toEqual(['ID          WITH', `${ID}  +1`]);
  });

  it('tells its titles once, and again when the columns change', () => {
    const lines = openTable({
      columns: [{ title: 'ID' }, { title: 'NAME', gives: 'cut' }],
      width: () => 80,
      styleTitle: (text) => text,
    });
    expect(
      [
        ['1', 'a'],
        ['2', 'bb'],
        ['3', 'longer than before'],
      ].flatMap((row) => lines([row])),
    ).toEqual(['ID  NAME', '1   a', '2   bb', 'ID  NAME', '3   longer than before']);
    expect(lines([])).toEqual([]);
  });
});

const column = (natural: number, minimal: number): ColumnSpace => ({ natural, minimal });

it.each<[string, ColumnSpace[], number, number[] | undefined]>([
  ['no columns', [], 10, []],
  ['columns that fit', [column(5, 1), column(3, 1)], 10, [5, 3]],
  ['a wide column', [column(5, 1), column(30, 8)], 20, [5, 13]],
  ['two wide columns', [column(40, 8), column(30, 8), column(4, 4)], 28, [10, 10, 4]],
  ['a cell that is left over', [column(40, 8), column(30, 8)], 23, [11, 10]],
  ['a minimum that holds', [column(40, 30), column(30, 1)], 40, [30, 8]],
  ['minima that do not fit', [column(40, 8), column(30, 8)], 17, undefined],
  ['a minimum above what a column would take', [column(3, 8), column(9, 8)], 13, [3, 8]],
])('shares the room among %s', (_, columns, room, widths) => {
  expect(columnWidths(columns, room)).toEqual(widths);
});

it('uses the room that there is, and gives no column more than it would take', () => {
  const some = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(some, fc.nat(200), (pairs, room) => {
      const columns = pairs.map(([one, other]) =>
        column(Math.max(one, other), Math.min(one, other)),
      );
      const gaps = COLUMN_GAP.length * (columns.length - 1);
      const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, gaps);
      const widths = columnWidths(columns, room);
      if (widths === undefined) {
        expect(sum(columns.map(({ minimal }) => minimal))).toBeGreaterThan(room);
        return;
      }
      expect(sum(widths)).toBe(Math.min(room, sum(columns.map(({ natural }) => natural))));
      columns.forEach(({ natural, minimal }, index) => {
        expect(widths[index]).toBeGreaterThanOrEqual(minimal);
        expect(widths[index]).toBeLessThanOrEqual(natural);
      });
    }),
  );
});
