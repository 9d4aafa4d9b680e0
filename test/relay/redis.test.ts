import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { deliver } from '../helpers/persistent-caller.js';
import { realClock } from '../helpers/real-clock.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../helpers/redis-server.js';
import { post, serve, serveSandbox, upstream, type Posted } from '../helpers/relay.js';
import { userTexts } from '../helpers/replica.js';
import { runCli } from '../helpers/run-cli.js';
import { start } from '../sandbox/start.js';

const DEPLOY = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
const NOWHERE = upstream('http://127.0.0.1:9');

it.each([
  'redis',
  'http://:s3cret@localhost',
  'redis://:s3cret@',
  'redis://:s3cret@localhost/first',
  'redis://:s3cret@localhost:70000',
  'redis://:s3cret%zz@localhost',
  'redis://:s3cret@localhost?family=6',
])('--redis %s is refused, and not repeated', async (url) => {
  const { code, stderr } = await runCli(['serve', '--redis', url], { env: NOWHERE });
  expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: bad address of Redis']);
  expect(stderr).not.toContain('s3cret');
});

describe.skipIf(REDIS_SERVERS.length === 0)('with a Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await redisServer({ args: ['--appendonly', 'yes'] });
  });
  afterEach(() => redis.remove());

  const ready = async ({ url }: { url: string }) => (await fetch(`${url}/ready`)).status;
  const readiness = async ({ url }: { url: string }) =>
    ((await (await fetch(`${url}/ready`)).json()) as { status: string }).status;

  /** Two relays before one sandbox. */
  async function two(argv: string[] = []) {
    const sandbox = await start({ clock: realClock() });
    const env = { ...upstream(sandbox.url, sandbox.assistantId), TELNYX_CHAT_REDIS: redis.url };
    return { one: await serve(argv, { env }), other: await serve(argv, { env }), sandbox };
  }

  test('an answer is given again by another relay, and a limit holds for both', async () => {
    const { one, other, sandbox } = await two(['--rate-limit', '3']);
    const keyed = { 'idempotency-key': 'key-1' };
    const first = await post(one, { message: 'hello' }, keyed);
    const again = await post(other, { message: 'hello' }, keyed);
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    expect(sandbox.requestCount('chat')).toBe(1);
    const mismatched = await post(other, { message: 'bye' }, keyed);
    const limited = await post(one, { message: 'hello' });
    expect([mismatched.status, limited.status]).toEqual([422, 429]);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(10);
  });

  test('a key that two relays are asked for at once is run by one', async () => {
    const { one, other, sandbox } = await two();
    for (let number = 0; number < 10; number++) {
      const keyed = { 'idempotency-key': `key-${number}` };
      const answers = await Promise.all(
        [one, other].map((relay) => post(relay, { message: `turn ${number}` }, keyed)),
      );
      const isFirst = ({ status, headers }: Posted): boolean =>
        status === 200 && !headers.has('idempotent-replayed');
      const [ran, ...others] = answers.filter(isFirst);
      expect(others).toEqual([]);
      const told = answers.find((answer) => answer !== ran);
      if (told?.status !== 409) expect(told?.text).toBe(ran?.text);
    }
    expect(sandbox.requestCount('chat')).toBe(10);
  });

  test('nothing that it keeps has a name by which callers know it', async () => {
    const { one } = await two(['--rate-limit', '9', '--token', 'ada:s3cret']);
    const headers = { 'idempotency-key': 'key-1', authorization: 'Bearer s3cret' };
    const { body } = await post(one, { message: 'hello' }, headers);
    const { conversation_id } = body as { conversation_id: string };
    await post(one, { message: 'hello', conversation_id }, headers);
    const names = (await redis.command('KEYS', '*')).split('\n');
    expect(names.filter((name) => !name.startsWith('telnyx-chat:'))).toEqual([]);
    expect(names.join()).not.toMatch(new RegExp(`ada|s3cret|key-1|${conversation_id}`));
  });

  test('turns go on, once and in order, when it is killed and comes back', async () => {
    const { one, other, sandbox } = await two();
    let killed: Promise<void> | undefined;
    let answered = 0;
    const converse = async (number: number): Promise<void> => {
      const relays = number % 2 === 0 ? [one.url, other.url] : [other.url, one.url];
      let { conversationId } = await deliver(relays, { text: `${number} 0` });
      for (let turn = 1; turn < 10; turn++) {
        const text = `${number} ${turn}`;
        ({ conversationId } = await deliver(relays.reverse(), { text, conversationId }));
        if (++answered === 90) killed = redis.kill().then(() => redis.start());
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, number) => converse(number)));
    await killed;
    const { conversations } = sandbox.stats();
    const told = conversations.map((conversation) => userTexts(conversation));
    const expected = Array.from({ length: 20 }, (_, number) =>
      Array.from({ length: 10 }, (_, turn) => `${number} ${turn}`),
    );
    expect(told.sort((a, b) => Number.parseInt(a[0] ?? '') - Number.parseInt(b[0] ?? ''))).toEqual(
      expected,
    );
  });

  test('that is not there yet it starts, serves new conversations, says degraded, and gets ready', async () => {
    await redis.kill();
    const relay = await serveSandbox(['--redis', redis.url]);
    const refused = await post(relay, { message: 'hello', conversation_id: 'c-1' });
    expect((await post(relay, { message: 'hello' })).status).toBe(200);
    expect([await readiness(relay), refused.status, refused.body]).toEqual([
      'degraded',
      503,
      { error: 'Service unavailable', conversation_id: 'c-1' },
    ]);
    expect(refused.headers.get('retry-after')).toBe('5');
    await redis.start();
    while ((await readiness(relay)) !== 'ready')
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await post(relay, { message: 'hello' })).status).toBe(200);
    const { stderr } = await relay.stop();
    const lines = stderr.split('\n').filter((line) => line.includes('connect'));
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages.filter((message) => message !== 'request')).toEqual([
      'no connection to Redis: turns that need it are refused until there is',
      'connected to Redis',
    ]);
  });

  test.each([
    [':wrong-s3cret@', '', 'WRONGPASS invalid username-password pair or user is disabled.'],
    ['', '', 'NOAUTH'],
    [':right-s3cret@', '/99', 'ERR DB index is out of range'],
  ])('that does not let it in it does not start: %s %s', async (user, path, why) => {
    await redis.command('CONFIG', 'SET', 'requirepass', 'right-s3cret');
    const url = `redis://${user}127.0.0.1:${redis.port}${path}`;
    const { code, stderr } = await runCli(['serve', '--redis', url, '--log-level', 'silent'], {
      env: NOWHERE,
      clock: realClock(),
    });
    const [line] = stderr.split('\n');
    expect([code, line?.replace(/ \(redis:.*/, '')]).toEqual([
      3,
      expect.stringContaining(`error: Redis is not available: ${why}`),
    ]);
    expect(stderr).not.toContain('s3cret');
  });

  const LEAST = ['~telnyx-chat:*', '&telnyx-chat:*', '+@all'];

  /** The address of a user with these rights, none but those. */
  async function userWith(...rights: string[]): Promise<string> {
    await redis.command('ACL', 'SETUSER', 'relay', 'reset', 'on', '>s3cret', ...rights);
    return `redis://relay:s3cret@127.0.0.1:${redis.port}`;
  }

  test('a user with the keys and channels of its prefix alone is enough', async () => {
    const url = await userWith(...LEAST);
    const sandbox = await start({ clock: realClock() });
    const env = { ...upstream(sandbox.url, sandbox.assistantId), TELNYX_CHAT_REDIS: url };
    const one = await serve(['--rate-limit', '99'], { env });
    const other = await serve([], { env });
    const keyed = { 'idempotency-key': 'key-1' };
    const first = await post(one, { message: 'hello' }, keyed);
    expect([first.status, (await post(other, { message: 'hello' }, keyed)).text]).toEqual([
      200,
      first.text,
    ]);
    const { conversation_id } = first.body as { conversation_id: string };
    const turns = ['a', 'b', 'c', 'd'].map((message, index) =>
      post(index % 2 === 0 ? one : other, { message, conversation_id }),
    );
    expect((await Promise.all(turns)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await one.stop();
    expect(await redis.command('ACL', 'LOG')).not.toContain('reason');
  });

  test.each([
    [['~telnyx-chat:*', '+@all'], 'channels &telnyx-chat:*, PUBLISH to &telnyx-chat:*'],
    [['~other:*', '&telnyx-chat:*', '+@all'], 'keys ~telnyx-chat:*'],
    [[...LEAST, '-lrange', '-subscribe'], 'channels &telnyx-chat:*, LRANGE'],
    [[...LEAST, '-@scripting'], 'eval'],
  ])('what a user with %j may not do is told at the start', async (rights, missing) => {
    const url = await userWith(...rights);
    const { code, stderr } = await runCli(['serve', '--redis', url, '--log-level', 'silent'], {
      env: NOWHERE,
      clock: realClock(),
    });
    const [line, hint] = stderr.split('\n');
    expect([code, line?.replace(/ \(redis:.*/, '')]).toEqual([
      3,
      `error: NOPERM: this user of Redis may not use ${missing}`,
    ]);
    expect(hint).toBe(
      'hint: give it to the user: ACL SETUSER <name> ~telnyx-chat:* &telnyx-chat:* +@all',
    );
    expect(stderr).not.toContain('s3cret');
  });

  test('that is away under a rate limit, the relay is not ready', async () => {
    const relay = await serveSandbox(['--redis', redis.url, '--rate-limit', '9']);
    expect(await ready(relay)).toBe(200);
    await redis.kill();
    while ((await ready(relay)) !== 503) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  test('whether it is reached is a metric', async () => {
    const token = 's3cret-0123456789';
    const relay = await serveSandbox(['--redis', redis.url, '--token', token]);
    const headers = { authorization: `Bearer ${token}` };
    const isUp = async () => {
      const text = await (await fetch(`${relay.url}/metrics`, { headers })).text();
      return /^telnyx_chat_redis_up (\d)$/m.exec(text)?.[1];
    };
    expect(await isUp()).toBe('1');
    await redis.kill();
    await expect.poll(isUp).toBe('0');
    await redis.start();
    await expect.poll(isUp).toBe('1');
  });

  test.each([
    ['no', true],
    ['yes', false],
  ])('with appendonly %s: told that it forgets: %s', async (appendonly, isTold) => {
    await redis.command('CONFIG', 'SET', 'appendonly', appendonly);
    const relay = await serveSandbox(['--redis', redis.url]);
    const { stderr } = await relay.stop();
    expect(stderr.includes('set appendonly yes')).toBe(isTold);
  });

  test('a user with the documented commands alone is enough', async () => {
    const [, rights = ''] = /^ACL SETUSER relay on >\S+ (.*)$/m.exec(DEPLOY) ?? [];
    const url = await userWith(...rights.split(' '));
    const relay = await serveSandbox(['--redis', url, '--rate-limit', '99']);
    const keyed = { 'idempotency-key': 'key-1' };
    const first = await post(relay, { message: 'hello' }, keyed);
    const again = await post(relay, { message: 'hello' }, keyed);
    expect([first.status, again.text]).toEqual([200, first.text]);
    const { conversation_id } = first.body as { conversation_id: string };
    const turns = ['a', 'b', 'c'].map((message) => post(relay, { message, conversation_id }));
    expect((await Promise.all(turns)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await readiness(relay)).toBe('ready');
    await relay.stop();
    expect(await redis.command('ACL', 'LOG')).not.toContain('reason');
  });

  test('a password and a database are used', async () => {
    await redis.command('CONFIG', 'SET', 'requirepass', 'p@ss/word');
    const url = `redis://:p%40ss%2Fword@127.0.0.1:${redis.port}/7`;
    const relay = await serveSandbox(['--redis', url, '--redis-prefix', 'mine:']);
    expect(await ready(relay)).toBe(200);
    const keys = await redis.command('-a', 'p@ss/word', '-n', '7', 'KEYS', '*');
    expect(keys).toMatch(/^mine:session:/);
  });
});
