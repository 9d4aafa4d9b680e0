import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const linesOf = (file: string): string[] => readFileSync(join(ROOT, file), 'utf8').split('\n');

/** A folder with the files that .dockerignore lets through, and the installed packages. */
function buildContext(): string {
  const folder = temporaryFolder();
  const kept = linesOf('.dockerignore').filter((line) => line.startsWith('!'));
  for (const path of kept.map((line) => line.slice(1))) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

test('the image can be built from the files that .dockerignore lets through', async () => {
  const folder = buildContext();
  const [own = ''] = linesOf('Dockerfile').filter((line) => /^COPY package/.test(line));
  for (const name of own.split(' ').slice(1, -1)) expect(existsSync(join(folder, name))).toBe(true);
  await run(process.execPath, ['scripts/prepare.mjs'], { cwd: folder });
  const copied = linesOf('Dockerfile').flatMap((line) =>
    [...line.matchAll(/ \/app\/(\S+)/g)].map(([, path = '']) => path),
  );
  expect(copied).toContain('dist');
  expect(copied.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  const { stdout } = await run(process.execPath, ['bin/telnyx-chat.js', '--version'], {
    cwd: folder,
  });
  expect(stdout).toMatch(/\d+\.\d+\.\d+/);
}, 120_000);
