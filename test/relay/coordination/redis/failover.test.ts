import { describe, expect, onTestFinished, test } from 'vitest';
import { parseRedisUrl } from '../../../../src/relay/coordination/redis/address.js';
import { inRedis } from '../../../../src/relay/coordination/redis/in-redis.js';
import { realClock } from '../../../helpers/real-clock.js';
import {
  asDefault,
  MASTER,
  PASSWORD,
  SENTINEL_PASSWORD,
  until,
  watchedRedis,
} from '../../../helpers/redis-sentinel.js';
import { REDIS_SERVERS, type RedisServer } from '../../../helpers/redis-server.js';
import { tcpProxy } from '../../../helpers/tcp-proxy.js';

/** Longer than a failover takes. */
const LEASE_MS = 8_000;
const ORPHAN_MS = 500;
const live = new AbortController().signal;

/** A process that asks these Sentinels. */
async function open(hosts: string, onChange?: (problem?: string) => void) {
  const query = `?sentinel_password=${SENTINEL_PASSWORD}`;
  const address = parseRedisUrl(`redis+sentinel://:${PASSWORD}@${hosts}/${MASTER}/3${query}`);
  const times = { leaseMs: LEASE_MS, orphanMs: ORPHAN_MS };
  const coordination = inRedis({
    address,
    prefix: 'test:',
    clock: realClock(),
    onChange,
    ...times,
  });
  onTestFinished(() => coordination.close());
  await coordination.open();
  return coordination;
}

type Process = Awaited<ReturnType<typeof open>>;

const entered = (process: Process, conversationId: string) =>
  process.turns.enter(conversationId, live).catch(() => undefined);

describe.skipIf(!REDIS_SERVERS.includes('redis-server'))(
  'after a failover',
  { timeout: 60_000 },
  () => {
    test('no turn begins while one may run that the new master has not heard of', async () => {
      const { hosts, sentinelPort, master, link } = await watchedRedis();
      const way = await tcpProxy(sentinelPort);
      const [lonely, other] = [await open(`127.0.0.1:${way.port}`), await open(hosts)];
      await other.check();
      link.stall();
      const { lost } = await lonely.turns.enter('c', live);
      // It does not hear of the new master either.
      way.stall();
      let lostAt: number | undefined;
      lost?.addEventListener('abort', () => (lostAt = performance.now()));
      await master.kill();
      await until(async () => (await entered(other, 'c')) !== undefined);
      expect(performance.now() - Number(lostAt)).toBeGreaterThanOrEqual(ORPHAN_MS);
    });

    test('a turn whose end the new master has not heard of blocks nothing for long', async () => {
      const { hosts, master, replica, link } = await watchedRedis();
      const changes: (string | undefined)[] = [];
      const one = await open(hosts, (problem) => void changes.push(problem));
      const other = await open(hosts);
      const lease = await one.turns.enter('c', live);
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
      const { hosts, replica, failOver } = await watchedRedis();
      const [one, other] = [await open(hosts), await open(hosts)];
      const lease = await one.turns.enter('c', live);
      const next = other.turns.enter('c', live);
      await other.check();
      await until(async () => (await namesIn(replica, 'test:turns:*')) !== '');
      await failOver();
      await until(async () => (await asDefault(replica, 'ROLE')).startsWith('master'));
      const answers = async () => one.limits.take('ada', { perMinute: 6_000, burst: 1 });
      await until(() => answers().then(Number.isFinite, () => false));
      expect(lease.lost?.aborted).toBe(false);
      lease.leave();
      (await next).leave();
    });
  },
);

function namesIn(server: RedisServer, pattern: string): Promise<string> {
  return asDefault(server, '-n', '3', 'KEYS', pattern);
}
