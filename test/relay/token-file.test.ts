import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { post, serve, upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';

const NOWHERE = upstream('http://127.0.0.1:9');
const TOKEN = 'a-token-of-some-length';

function fileOf(text: string): string {
  const path = join(temporaryFolder(), 'tokens');
  writeFileSync(path, text);
  return path;
}

/** 400 for a token that is known, since the body holds no message. */
async function statusOf(relay: { url: string }, token: string): Promise<number> {
  return (await post(relay, '{}', { authorization: `Bearer ${token}` })).status;
}

test('the tokens of the file and of the environment count', async () => {
  const file = fileOf(`# for the shop\n\nshop:${TOKEN}-1\r\n  ${TOKEN}-2  \n`);
  const env = { ...NOWHERE, TELNYX_CHAT_TOKEN: `${TOKEN}-3` };
  const relay = await serve(['--token-file', file], { env });
  for (const at of [1, 2, 3]) expect(await statusOf(relay, `${TOKEN}-${at}`)).toBe(400);
  expect(await statusOf(relay, TOKEN)).toBe(401);
});

test.each([
  ['a blank', `${TOKEN}\nshop 0123456789abcdef\n`],
  ['a comma', `# two\n0123456789abcdef,fedcba9876543210\n`],
  ['a name without a token', `\nshop:\n`],
])('a line with %s is wrong usage that names the line, and not the token', async (_, text) => {
  const file = fileOf(text);
  const { code, stderr } = await runCli(['serve', '--token-file', file], { env: NOWHERE });
  expect([code, stderr.split('\n')[0]]).toEqual([
    2,
    `error: line 2 of ${file} has characters that no token has`,
  ]);
  expect(stderr).not.toContain('0123');
});

test.each([
  ['--host', '0.0.0.0'],
  ['--trust-proxy', '1'],
])('%s %s: a token that could be guessed is refused', async (...argv) => {
  const file = fileOf('shop:0123456789abcde\n');
  const given = ['serve', ...argv, '--token-file', file];
  const { code, stderr } = await runCli(given, { env: NOWHERE });
  expect([code, stderr.split('\n')[0]]).toEqual([
    2,
    'error: a bearer token is too short to be served off loopback or behind a proxy',
  ]);
});

it('keeps the tokens that were known when the file has a short one behind a proxy', async () => {
  const file = fileOf(`${TOKEN}\n`);
  const relay = await replica(['--trust-proxy', '1', '--token-file', file], NOWHERE);
  writeFileSync(file, 'short\n');
  process.kill(relay.pid, 'SIGHUP');
  await expect.poll(() => relay.log()).toContain('could not read the tokens again');
  expect([await statusOf(relay, TOKEN), await statusOf(relay, 'short')]).toEqual([400, 401]);
});

test.each([
  [['--allow-host', 'https://chat.example'], 'bad --allow-host "https://chat.example"'],
  [['--allow-host', 'chat.example:443'], 'bad --allow-host "chat.example:443"'],
  [['--allow-host', 'chat.example/'], 'bad --allow-host "chat.example/"'],
  [['--metrics-host', '0.0.0.0'], '--metrics-host needs --metrics-port'],
])('%j is wrong usage', async (argv, message) => {
  const { code, stderr } = await runCli(['serve', ...argv], { env: NOWHERE });
  expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
});

test.each(['chat.example', '10.0.0.1', '[2001:db8::1]'])(
  '--allow-host %s is taken',
  async (name) => {
    const { url } = await serve(['--allow-host', name], { env: NOWHERE });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  },
);
