import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/run-cli.js';

const ROOT = join(import.meta.dirname, '../..');

const NOT_BUILT =
  'telnyx-chat is not built: the development dependencies are missing. Run npm ci --include=dev\n';

/** A clone with what an install in it needs, and the program. */
function clone(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'scripts'));
  for (const file of ['package.json', 'package-lock.json', 'scripts/prepare.mjs'])
    copyFileSync(join(ROOT, file), join(folder, file));
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  return folder;
}

function run(
  cwd: string,
  [command = '', ...args]: string[],
  env: Record<string, string> = {},
): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(command, args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, npm_config_update_notifier: 'false', ...env },
    encoding: 'utf8',
  });
  return { status, stderr };
}

const INSTALL = ['npm', 'ci', '--offline', '--no-audit', '--no-fund'];

describe('without the development dependencies', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['NODE_ENV=production', [], { NODE_ENV: 'production' }],
    ['--omit=dev', ['--omit=dev'], {}],
    ['npm_config_omit=dev', [], { npm_config_omit: 'dev' }],
  ])('an install says why nothing is built: %s', (_, flags, env) => {
    const cwd = clone();
    expect(run(cwd, [...INSTALL, ...flags], env)).toEqual({ status: 0, stderr: NOT_BUILT });
    expect(readdirSync(cwd)).not.toContain('dist');
  });

  it('building says so too, and fails', () => {
    expect(run(clone(), ['npm', 'run', '--silent', 'demo'])).toEqual({
      status: 1,
      stderr: NOT_BUILT,
    });
  });

  it('the program says that it is not built', () => {
    expect(run(clone(), [process.execPath, 'bin/telnyx-chat.js', 'config', 'path'])).toEqual({
      status: 1,
      stderr: 'error: telnyx-chat is not built\nhint: npm ci --include=dev\n',
    });
  });
});
