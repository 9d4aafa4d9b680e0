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

it('names every folder of src/', () => {
  const folders = new Set(sources.map((path) => path.split('/')[1] ?? ''));
  const missing = [...folders].filter((name) => !name.includes('.') && !text.includes(`${name}/`));
  expect(missing).toEqual([]);
});

it('names no file that is not there', () => {
  const known = new Set(sources.map((path) => basename(path)));
  const named = text.match(/(?<![\w*.-])[\w.-]+\.ts\b/g) ?? [];
  expect(named.filter((name) => !known.has(name) && !name.endsWith('.test.ts'))).toEqual([]);
});
