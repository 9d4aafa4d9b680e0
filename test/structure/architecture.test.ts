import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'src'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n');

it('names every file of src/, but for those of folders that are described as a whole', () => {
  const missing = sources.filter((path) => {
    // Folders with many small files are described as a whole.
    const isWhole = /\/(sandbox|sanitize|editor|markdown|checks|register)\//.test(path);
    return !isWhole && !text.includes(basename(path));
  });
  expect(missing).toEqual([]);
});

it('names no file that is not there', () => {
  const known = new Set(sources.map((path) => basename(path)));
  const named = text.match(/(?<![\w*.-])[\w.-]+\.ts\b/g) ?? [];
  expect(named.filter((name) => !known.has(name) && !name.endsWith('.test.ts'))).toEqual([]);
});
