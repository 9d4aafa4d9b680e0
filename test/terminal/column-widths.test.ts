import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnWidths, type ColumnSpace } from '../../src/terminal/column-widths.js';
import { COLUMN_GAP } from '../../src/text/columns.js';

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
