import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KEYS } from '../../src/chat/keys.js';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The rows of the table whose first column has this title, without code marks. */
function tableOf(title: string): string[][] {
  const [, table = ''] =
    new RegExp(`^\\| ${title} +\\|.*\\n\\|[ |-]+\\n((?:\\|.*\\n)+)`, 'm').exec(README) ?? [];
  const rows = table.trimEnd().split('\n');
  return rows.map((row) =>
    row
      .replaceAll('`', '')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('the README has the keys that /help shows', () => {
  expect(tableOf('Key')).toEqual(KEYS.map(({ keys, does }) => [keys, does]));
});
