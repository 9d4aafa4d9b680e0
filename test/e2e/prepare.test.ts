import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/run-cli.js';

const ROOT = join(import.meta.dirname, '../..');

it('an install without the development dependencies says why nothing is built', () => {
  const clone = temporaryFolder();
  mkdirSync(join(clone, 'scripts'));
  for (const file of ['package.json', 'package-lock.json', 'scripts/prepare.mjs'])
    copyFileSync(join(ROOT, file), join(clone, file));
  const { status, stderr } = spawnSync('npm', ['ci', '--offline', '--no-audit', '--no-fund'], {
    cwd: clone,
    env: {
      ...{ PATH: process.env['PATH'], HOME: clone },
      ...{ NODE_ENV: 'production', npm_config_update_notifier: 'false' },
    },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr:
      'telnyx-chat is not built: the development dependencies are missing. Run npm ci --include=dev\n',
  });
  expect(readdirSync(clone)).not.toContain('dist');
});
