import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = join(import.meta.dirname, '../..');

it('the drawing in the README is what `npm run draw` makes now', async () => {
  const folder = temporaryFolder();
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/draw-session.mjs'), folder]);
  for (const name of ['session-light.svg', 'session-dark.svg']) {
    const committed = readFileSync(join(ROOT, 'docs', name), 'utf8');
    expect(readFileSync(join(folder, name), 'utf8'), name).toBe(committed);
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`docs/${name}`);
  }
});
