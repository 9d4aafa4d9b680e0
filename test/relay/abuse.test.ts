import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { json, recordingServer } from '../helpers/recording-server.js';
import { chatAnswering } from '../helpers/answering-server.js';
import { post, serve, serveSandbox, upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';
import { deferred } from '../sandbox/start.js';

const NOWHERE = upstream('http://127.0.0.1:9');
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const TOKEN = 'a-token-of-some-length';

test.each(['/nowhere', '/health', '/chat'])(
  'a body for %s that nobody will read is read for 8 MiB at most',
  async (path) => {
    const { url } = await serve(['--token', TOKEN], { env: NOWHERE });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => void (answer += text));
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    const MiB = 1024 * 1024;
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${64 * MiB}\r\n\r\n`);
    let sent = 0;
    const more = (): void => {
      while (sent < 64 && socket.write('x'.repeat(MiB))) sent++;
    };
    socket.on('drain', () => {
      sent++;
      more();
    });
    more();
    await closed;
    expect(answer).toMatch(/^HTTP\/1.1 40[145] /);
    // What the system keeps of it is beside the 8 MiB.
    expect(sent).toBeLessThan(32);
  },
);

test('an address that tries tokens is slowed, a good token there is not', async () => {
  const relay = await serveSandbox(['--token', TOKEN]);
  const timed = async (token: string): Promise<[number, boolean]> => {
    const startedAt = performance.now();
    const { status } = await post(relay, { message: 'hello' }, as(token));
    return [status, performance.now() - startedAt > 900];
  };
  for (let count = 0; count < 10; count++)
    expect(await timed(`wrong-${count}`)).toEqual([401, false]);
  expect(await timed('wrong-10')).toEqual([401, true]);
  expect(await timed(TOKEN)).toEqual([200, false]);
});

test.each([
  ['0.0.0.0', 2],
  ['127.0.0.1', 3],
])('a short token on %s: %i', async (host, code) => {
  const argv = ['serve', '--host', host, '--token', 'short', '--token', TOKEN];
  const result = await runCli(argv, { env: { TELNYX_API_KEY: 'KEY-1' } });
  expect(result.code).toBe(code);
  expect(result.stderr.includes('a bearer token is too short')).toBe(code === 2);
});

test('--max-turns-per-token is for each token', async () => {
  const asked = deferred();
  const answers: (() => void)[] = [];
  const url = await chatAnswering((response) => {
    const answer = (): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"content":"hi"}');
    if (answers.push(answer) > 1) for (const each of answers) each();
    asked.resolve(undefined);
  });
  const tokens = ['--token', `ada:${TOKEN}-1`, '--token', `bob:${TOKEN}-2`];
  const relay = await serve([...tokens, '--max-turns-per-token', '1'], { env: upstream(url) });
  const hello = { message: 'hello' };
  const first = post(relay, hello, as(`${TOKEN}-1`));
  await asked.promise;
  const refused = await post(relay, hello, as(`${TOKEN}-1`));
  expect([refused.status, refused.body, refused.headers.get('retry-after')]).toEqual([
    429,
    { error: 'Too many turns at once' },
    '1',
  ]);
  expect((await post(relay, hello, as(`${TOKEN}-2`))).status).toBe(200);
  expect((await first).status).toBe(200);
});

test.each([
  [[], '127.0.0.1'],
  [['--trust-proxy', '1'], '198.51.100.7'],
  [['--trust-proxy', '2'], '203.0.113.9'],
  [['--trust-proxy', '3'], '127.0.0.1'],
])('the log has address, path and user agent: %j', async (argv, remote) => {
  const relay = await serve(argv, { env: NOWHERE });
  await fetch(`${relay.url}/wp-login.php?password=1`, {
    headers: { 'x-forwarded-for': '203.0.113.9, 198.51.100.7', 'user-agent': 'probe/1.0' },
  });
  const { stderr } = await relay.stop();
  const [line] = stderr.split('\n').filter((each) => each.includes('"request"'));
  expect(JSON.parse(line ?? '')).toMatchObject({
    remote,
    path: '/wp-login.php',
    user_agent: 'probe/1.0',
    status: 404,
  });
});

test.each([
  ['3.3.3.3:1234', '3.3.3.3'],
  ['3.3.3.3', '3.3.3.3'],
  ['[2001:db8::1]:5', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['::ffff:3.3.3.3', '3.3.3.3'],
  ['1.1.1.1, 3.3.3.3:80', '3.3.3.3'],
  ['', '127.0.0.1'],
  ['unknown', '127.0.0.1'],
  ['3.3.3.3:port', '127.0.0.1'],
  ['[3.3.3.3', '127.0.0.1'],
  ['1.2.3.4.5:6', '127.0.0.1'],
])('X-Forwarded-For: %j is the caller %s', async (forwarded, remote) => {
  const relay = await serve(['--trust-proxy', '1'], { env: NOWHERE });
  await fetch(`${relay.url}/nowhere`, { headers: { 'x-forwarded-for': forwarded } });
  const { stderr } = await relay.stop();
  expect(stderr).toContain(`"remote":"${remote}"`);
});

test('a rate is kept by each address that a proxy tells', async () => {
  const relay = await serveSandbox(['--rate-limit', '1', '--trust-proxy', '1']);
  const from = async (address: string) =>
    (await post(relay, { message: 'hello' }, { 'x-forwarded-for': address })).status;
  expect([await from('1, 10.0.0.1'), await from('2, 10.0.0.1'), await from('10.0.0.2')]).toEqual([
    200, 429, 200,
  ]);
});

test('a handle outlives its secret and its token: older secrets are known, names stay', async () => {
  const [old, fresh] = ['an old secret of some length', 'a fresh secret of some length'];
  const relayWith = (secrets: string, token: string) =>
    serveSandbox(['--sign-conversations'], {
      env: { TELNYX_CHAT_HANDLE_SECRET: secrets, TELNYX_CHAT_TOKEN: `ada:${token}` },
    });
  const idOf = (body: unknown) => (body as { conversation_id: string }).conversation_id;
  const before = await relayWith(old, `${TOKEN}-1`);
  const first = await post(before, { message: 'hello' }, as(`${TOKEN}-1`));
  const conversation_id = idOf(first.body);
  const during = await relayWith(`${fresh}, ${old}`, `${TOKEN}-2`);
  const env = upstream(before.sandbox.url, before.sandbox.assistantId);
  const rotated = await serve(['--sign-conversations'], {
    env: {
      ...env,
      TELNYX_CHAT_HANDLE_SECRET: `${fresh}, ${old}`,
      TELNYX_CHAT_TOKEN: `ada:${TOKEN}-2`,
    },
  });
  const next = await post(rotated, { message: 'hello', conversation_id }, as(`${TOKEN}-2`));
  expect([next.status, idOf(next.body) === conversation_id]).toEqual([200, false]);
  const later = { message: 'hello', conversation_id: idOf(next.body) };
  expect((await post(rotated, later, as(`${TOKEN}-2`))).status).toBe(200);
  expect(
    (await post(during, { message: 'x', conversation_id: 'c.x' }, as(`${TOKEN}-2`))).status,
  ).toBe(404);
});

test('SIGHUP: the tokens are read again, and it goes on', async () => {
  const file = join(temporaryFolder(), 'tokens');
  writeFileSync(file, `${TOKEN}-1\n`);
  const relay = await replica(['--token-file', file], NOWHERE);
  const status = async (token: string) => (await post(relay, '{}', as(token))).status;
  expect([await status(`${TOKEN}-1`), await status(`${TOKEN}-2`)]).toEqual([400, 401]);
  writeFileSync(file, `${TOKEN}-2\n`);
  process.kill(relay.pid, 'SIGHUP');
  while ((await status(`${TOKEN}-2`)) !== 400)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await status(`${TOKEN}-1`)).toBe(401);
  writeFileSync(file, '');
  process.kill(relay.pid, 'SIGHUP');
  while (!relay.log().includes('could not'))
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await status(`${TOKEN}-2`)).toBe(400);
  expect(relay.log()).not.toContain(TOKEN);
});

test.each([
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  ['nonsense', false],
])('traceparent %s is passed on: %s', async (traceparent, isPassed) => {
  const server = await recordingServer(json({ id: 'c-1', content: 'hi' }));
  const relay = await serve(['--origin', 'https://app.example'], { env: upstream(server.url) });
  await post(relay, { message: 'hello' }, { traceparent });
  const chat = server.requests.find(({ url }) => url.endsWith('/chat'));
  expect(chat?.headers['traceparent']).toBe(isPassed ? traceparent : undefined);
  const preflight = await fetch(`${relay.url}/chat`, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.headers.get('access-control-allow-headers')).toContain('traceparent');
});
