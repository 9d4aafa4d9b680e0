import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';

it('stores, shows and forgets settings of a profile', async () => {
  const home = temporaryFolder();
  const path = join(home, '.config/telnyx-chat/config.json');
  const cli = (...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    runCli(['config', ...argv], { home });
  expect(await cli('path')).toEqual({ code: 0, stdout: `${path}\n`, stderr: '' });
  await cli('set', 'assistant_id', 'assistant-7');
  await cli('set', 'assistant_id', 'assistant-8', '--profile', 'work');
  await cli('set', 'persist', 'false');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    persist: false,
    profiles: { default: { assistant_id: 'assistant-7' }, work: { assistant_id: 'assistant-8' } },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await cli('get', 'assistant_id', '-p', 'work')).stdout).toBe('assistant-8\n');
  await cli('unset', 'persist');
  expect((await cli('get', 'persist')).stdout).toBe('');
});

it('lists every setting in force with its origin, secrets masked', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, '.env'), 'TELNYX_ASSISTANT_ID=assistant-9\n');
  const env = { TELNYX_API_KEY: 'KEY0123456789abcdef' };
  const { stdout } = await runCli(['config', 'list'], { home, env });
  expect(stdout).toBe(
    [
      'profile       default  default',
      'api_key       KEY0…ef  environment TELNYX_API_KEY',
      `assistant_id  assistant-9  env-file ${home}/.env`,
      'base_url      https://api.telnyx.com/v2  default',
      'timeout       120 s  default',
      'persist       true  default',
      '',
    ].join('\n'),
  );
});

it.each([
  [['set', 'asistant_id', 'x'], 'unknown setting "asistant_id"', 'assistant_id'],
  [['set', 'persist', 'maybe'], 'bad value "maybe" for persist', 'true or false'],
  [['set', 'base_url', 'http://example.com'], 'bad base URL', 'https://'],
])('refuses %j and changes nothing', async (argv, message, hint) => {
  const home = temporaryFolder();
  const { code, stderr } = await runCli(['config', ...argv], { home });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
  expect(() => statSync(join(home, '.config'))).toThrow();
});

it('never overwrites a damaged file', async () => {
  const home = temporaryFolder();
  const path = join(home, '.config/telnyx-chat/config.json');
  mkdirSync(join(home, '.config/telnyx-chat'), { recursive: true });
  writeFileSync(path, '{"profiles":');
  const { code, stderr } = await runCli(['config', 'set', 'persist', 'true'], { home });
  expect(code).toBe(2);
  expect(stderr).toContain(`${path} is damaged`);
  expect(readFileSync(path, 'utf8')).toBe('{"profiles":');
});
