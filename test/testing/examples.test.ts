import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const ours = readdirSync(EXAMPLES).filter((name) => name.endsWith('.chat'));

/** The examples, as somebody has them who copied them. */
function copied(): string {
  const folder = temporaryFolder();
  cpSync(EXAMPLES, folder, { recursive: true });
  return folder;
}

it.each([
  ['with the scripted assistant', ['--sandbox', ...ours], /^3 passed$/m],
  ['against their recordings', ['--replay'], /^4 passed$/m],
])('the examples pass %s', async (_, words, expected) => {
  const { code, stdout } = await runCli(['test', '-q', ...words], { cwd: copied(), input: '' });
  expect(stdout).toMatch(expected);
  expect(code).toBe(0);
});

it('the command that an example names passes', async () => {
  const text = readFileSync(join(EXAMPLES, 'weather.chat'), 'utf8');
  const [, words = ''] = /telnyx-chat test (.*)/.exec(text) ?? [];
  const cwd = temporaryFolder();
  cpSync(EXAMPLES, join(cwd, 'examples'), { recursive: true });
  expect(words).toContain('examples/');
  const { code } = await runCli(['test', ...words.split(' ')], { cwd, input: '' });
  expect(code).toBe(0);
});
