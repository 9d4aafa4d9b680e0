import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/text/width.js';
import { openTable } from '../../src/terminal/table.js';

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

  it('lets the name give way, then the last columns, and at last the id', () => {
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
    expect(table(ROWS, 19)).toEqual(['ID', ID, ID]);
    expect(table(ROWS, 5)).toEqual(['ID', '0123…', '0123…']);
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
