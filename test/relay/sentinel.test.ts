import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { TurnStop } from '../../src/relay/coordination/coordination.js';
import { parseRedisUrl } from '../../src/relay/coordination/redis/address.js';
import { inRedis } from '../../src/relay/coordination/redis/in-redis.js';
import { deliver } from '../helpers/persistent-caller.js';
import { realClock } from '../helpers/real-clock.js';
import {
  PASSWORD,
  SENTINEL_PASSWORD,
  until,
  watchedRedis,
  type WatchedRedis,
  asDefault,
} from '../helpers/redis-sentinel.js';
import { REDIS_SERVERS, type RedisServer } from '../helpers/redis-server.js';
import { post, serve, upstream, type RunningRelay } from '../helpers/relay.js';
import { userTexts } from '../helpers/replica.js';
import { runCli } from '../helpers/run-cli.js';
import { tcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { start } from '../sandbox/start.js';

const NOWHERE = upstream('http://127.0.0.1:9');
const QUERY = `?sentinel_password=${SENTINEL_PASSWORD}`;

it.each([
  'redis+sentinel://:s3cret@localhost:26379',
  'redis+sentinel://:s3cret@localhost:26379/',
  'redis+sentinel://:s3cret@/mymaster',
  'redis+sentinel://:s3cret@one,,two/mymaster',
  'redis+sentinel://:s3cret@one:70000/mymaster',
  'redis+sentinel://:s3cret@one/mymaster/first',
  'redis+sentinel://:s3cret@one/mymaster?sentinel_pass=s3cret',
  'redis+sentinel://:s3cret@one/mymaster#s3cret',
  'redis+sentinel://:s3cret%zz@one/mymaster',
])('--redis %s is refused, and not repeated', async (url) => {
  const { code, stderr } = await runCli(['serve', '--redis', url], { env: NOWHERE });
  expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: bad address of Redis']);
  expect(stderr).toContain('hint: redis+sentinel://host:26379,');
  expect(stderr).not.toContain('s3cret');
});

it('starts degraded while no Sentinel can be reached, and ends at once', async () => {
  const url = 'redis+sentinel://:s3cret@127.0.0.1:9,[::1]:9/mymaster/2';
  const relay = await serve([], { env: { ...NOWHERE, TELNYX_CHAT_REDIS: url } });
  expect(await readiness(relay)).toBe('degraded');
  const { code, stderr } = await relay.stop();
  expect(code).toBe(0);
  expect(stderr).toContain('"redis":"redis+sentinel://127.0.0.1:9,[::1]:9/mymaster/2"');
  expect(stderr).toContain('no Sentinel answers');
  expect(stderr).not.toContain('s3cret');
});

describe.skipIf(!REDIS_SERVERS.includes('redis-server'))(
  'with Sentinels',
  { timeout: 90_000 },
  () => {
    test.each([
      [
        `:${PASSWORD}@`,
        `other${QUERY}`,
        /no Sentinel knows a master of this name/,
        /name of the master/,
      ],
      [`:${PASSWORD}@`, 'NAME', /no Sentinel answers: NOAUTH/, /sentinel_password/],
      [`:wrong-s3cret@`, `NAME${QUERY}`, /not available: WRONGPASS/, /check user, password/],
    ])('it does not start when it is not let in: %s %s', async (user, path, why, hint) => {
      const { name, hosts } = await watchedRedis();
      const url = `redis+sentinel://${user}${hosts}/${path.replace('NAME', name)}`;
      const env = { ...NOWHERE, TELNYX_CHAT_REDIS: url };
      const { code, stderr } = await runCli(['serve', '--log-level', 'silent'], {
        env,
        clock: realClock(),
      });
      const [first, second] = stderr.split('\n');
      expect([code, first, second]).toEqual([
        3,
        expect.stringMatching(why),
        expect.stringMatching(hint),
      ]);
      expect(stderr).not.toContain('s3cret');
    });

    test.each([
      ['redis+sentinel', false],
      ['rediss+sentinel', true],
    ])('%s: the master dies, and turns go on, once and in order', async (scheme, isTls) => {
      const args = [
        '--user',
        'relay',
        'on',
        '>us3r-s3cret',
        '~telnyx-chat:*',
        '&telnyx-chat:*',
        '+@all',
      ];
      const { name, hosts, master } = await watchedRedis({ isTls, args });
      const sandbox = await start({ clock: realClock() });
      const url = `${scheme}://relay:us3r-s3cret@${hosts}/${name}/0${QUERY}`;
      const env = { ...upstream(sandbox.url, sandbox.assistantId), TELNYX_CHAT_REDIS: url };
      const argv = isTls ? ['--redis-ca', join(master.folder, 'cert.pem')] : [];
      const [one, other] = [await serve(argv, { env }), await serve(argv, { env })];
      expect(await readiness(one)).toBe('ready');
      let killed: Promise<void> | undefined;
      let answered = 0;
      const seen = new Set<string>();
      const watching = setInterval(() => {
        readiness(one).then(
          (status) => seen.add(status),
          () => undefined,
        );
      }, 50);
      onTestFinished(() => clearInterval(watching));
      const converse = async (number: number): Promise<void> => {
        const relays = number % 2 === 0 ? [one.url, other.url] : [other.url, one.url];
        let { conversationId } = await deliver(relays, { text: `${number} 0` });
        for (let turn = 1; turn < 10; turn++) {
          const text = `${number} ${turn}`;
          ({ conversationId } = await deliver(relays.reverse(), { text, conversationId }));
          if (++answered === 90) killed = master.kill();
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, number) => converse(number)));
      await killed;
      await until(async () => (await readiness(one)) === 'ready');
      clearInterval(watching);
      expect([...seen].sort()).toEqual(['degraded', 'ready']);
      const { conversations } = sandbox.stats();
      const told = conversations.map((conversation) => userTexts(conversation));
      const expected = Array.from({ length: 20 }, (_, number) =>
        Array.from({ length: 10 }, (_, turn) => `${number} ${turn}`),
      );
      expect(
        told.sort((a, b) => Number.parseInt(a[0] ?? '') - Number.parseInt(b[0] ?? '')),
      ).toEqual(expected);
      expect((await post(one, { message: 'hello' })).status).toBe(200);
      const { stderr } = await one.stop();
      expect(stderr).not.toContain('s3cret');
      // ioredis has printed nothing of its own.
      for (const line of stderr.trim().split('\n')) JSON.parse(line);
    });
  },
);

async function readiness({ url }: Pick<RunningRelay, 'url'>): Promise<string> {
  return ((await (await fetch(`${url}/ready`)).json()) as { status: string }).status;
}

/** Longer than a failover takes. */
const LEASE_MS = 8_000;
const ORPHAN_MS = 500;
const USER = ['--user', 'other', 'on', '>s3cret', '~*', '&*', '+@all'];

interface OpenOptions {
  /** Of the Sentinel that it asks; left out, all of them. */
  way?: TcpProxy;
  user?: string;
  onChange?: (problem?: string) => void;
}

/** A process that asks the Sentinels. */
async function open(
  { name, hosts }: WatchedRedis,
  { way, user = `:${PASSWORD}`, onChange }: OpenOptions = {},
) {
  const asked = way ? `127.0.0.1:${way.port}` : hosts;
  const url = `redis+sentinel://${user}@${asked}/${name}/3${QUERY}`;
  const times = { leaseMs: LEASE_MS, orphanMs: ORPHAN_MS };
  const clock = realClock();
  const coordination = inRedis({
    address: parseRedisUrl(url),
    prefix: 'test:',
    ...{ clock, onChange, ...times },
  });
  onTestFinished(() => coordination.close());
  await coordination.open();
  return coordination;
}

type Process = Awaited<ReturnType<typeof open>>;

const entered = (process: Process, conversationId: string) =>
  process.turns.enter(conversationId, new TurnStop()).catch(() => undefined);

describe.skipIf(!REDIS_SERVERS.includes('redis-server'))(
  'after a failover',
  { timeout: 60_000 },
  () => {
    test.each([
      ['', false],
      [', though the first to reach it was cut off from the old one long before', true],
    ])(
      'no turn begins while one may run that the new master has not heard of%s',
      async (_, isCutOff) => {
        const redis = await watchedRedis({ args: USER });
        const way = await tcpProxy(redis.sentinelPort);
        const lonely = await open(redis, { way });
        const other = await open(redis, { user: 'other:s3cret' });
        await other.check();
        if (isCutOff) await cutOff(redis.master, other);
        redis.link.stall();
        const running = new TurnStop();
        await lonely.turns.enter('c', running);
        // It does not hear of the new master either.
        way.stall();
        let lostAt: number | undefined;
        running.addEventListener('abort', () => (lostAt = performance.now()));
        await redis.master.kill();
        await until(async () => (await entered(other, 'c')) !== undefined);
        expect(performance.now() - Number(lostAt)).toBeGreaterThanOrEqual(ORPHAN_MS);
      },
    );

    test('a turn whose end the new master has not heard of blocks nothing for long', async () => {
      const redis = await watchedRedis();
      const { master, replica, link } = redis;
      const changes: (string | undefined)[] = [];
      const one = await open(redis, { onChange: (problem) => void changes.push(problem) });
      const other = await open(redis);
      const lease = await one.turns.enter('c', new TurnStop());
      await until(async () => (await namesIn(replica, 'test:turns:*')) !== '');
      link.stall();
      lease.leave();
      await until(async () => (await namesIn(master, 'test:turns:*')) === '');
      await master.kill();
      await until(async () => (await entered(other, 'c')) !== undefined);
      const [first, ...problems] = changes.slice(0, -1);
      expect([first, changes.at(-1)]).toEqual([undefined, undefined]);
      expect(problems[0]).toBe('the connection broke');
      // Each is told once, though Sentinels and servers fail in turn.
      expect(problems).toEqual([...new Set(problems)]);
    });

    test('a turn goes on whose begin the new master knows, though the old master lives', async () => {
      const redis = await watchedRedis();
      const { replica, failOver } = redis;
      const [one, other] = [await open(redis), await open(redis)];
      const running = new TurnStop();
      const lease = await one.turns.enter('c', running);
      const next = other.turns.enter('c', new TurnStop());
      await other.check();
      await until(async () => (await namesIn(replica, 'test:turns:*')) !== '');
      await failOver();
      await until(async () => (await asDefault(replica, 'ROLE')).startsWith('master'));
      const answers = async () => one.limits.take('ada', { perMinute: 6_000, burst: 1 });
      await until(() => answers().then(Number.isFinite, () => false));
      expect(running.aborted).toBe(false);
      lease.leave();
      (await next).leave();
    });
  },
);

/** No more than this process reaches the master no more; resolves when its session is over. */
async function cutOff(master: RedisServer, { turns }: Process): Promise<void> {
  const running = new TurnStop();
  await turns.enter('c-other', running);
  await asDefault(master, 'ACL', 'SETUSER', 'other', 'off');
  await asDefault(master, 'CLIENT', 'KILL', 'USER', 'other');
  await new Promise<void>((resolve) => running.addEventListener('abort', resolve));
}

function namesIn(server: RedisServer, pattern: string): Promise<string> {
  return asDefault(server, '-n', '3', 'KEYS', pattern);
}
