import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  TurnStop,
  type Claim,
  type Coordination,
  type Lease,
} from '../../../../src/relay/coordination/coordination.js';
import { parseRedisUrl } from '../../../../src/relay/coordination/redis/address.js';
import { inRedis } from '../../../../src/relay/coordination/redis/in-redis.js';
import { realClock } from '../../../helpers/real-clock.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../../../helpers/redis-server.js';
import { tcpProxy } from '../../../helpers/tcp-proxy.js';

const LEASE_MS = 1_200;
const ORPHAN_MS = 500;
/** It lasts while a connection is given up and made again. */
const LONG_LEASE_MS = 10_000;
const UNAVAILABLE = { name: 'CoordinationError', kind: 'unavailable' };
const answer = { status: 200, body: '{"reply":"hi"}' };

describe.skipIf(REDIS_SERVERS.length === 0)('in Redis', () => {
  let server: RedisServer;
  let prefix: string;

  beforeEach(async () => {
    prefix = `test-${randomUUID()}:`;
    server = await redisServer({ args: ['--appendonly', 'yes'] });
  });
  afterEach(() => server.remove());

  async function open(
    port = server.port,
    onChange?: (problem?: string) => void,
    leaseMs = LEASE_MS,
  ) {
    const address = parseRedisUrl(`redis://127.0.0.1:${port}`);
    const times = { leaseMs, orphanMs: ORPHAN_MS };
    const coordination = inRedis({ address, prefix, clock: realClock(), onChange, ...times });
    onTestFinished(() => coordination.close());
    await coordination.open();
    return coordination;
  }

  /** One of which the server hears no more when told; it doesn't hear of that. */
  async function openMortal() {
    const proxy = await tcpProxy(server.port);
    return { ...(await open(proxy.port)), ...proxy };
  }

  /** By hand, or because there was no more memory. */
  async function deleteQueues(): Promise<void> {
    const names = (await server.command('KEYS', `${prefix}turns:*`)).split('\n');
    await server.command('DEL', ...names.filter((name) => !name.endsWith(':first')));
  }

  test('a process that ends while it renews its session keeps no other one from turns', async () => {
    const other = await open();
    for (let count = 0; count < 20; count++) {
      const ending = await open();
      const renewed = ending.check().catch(() => undefined);
      await Promise.all([ending.close(), renewed]);
    }
    await expect(other.check()).resolves.toBeUndefined();
  });

  describe('a process that is not heard of any more', () => {
    test('stops its turn when its lease is over; the next one comes in a while after that', async () => {
      const [dying, other] = [await openMortal(), await open()];
      const running = new TurnStop();
      await dying.turns.enter('c', running);
      const next = other.turns.enter('c', new TurnStop());
      const stalledAt = performance.now();
      dying.stall();
      const lostAt = await lostTime(running);
      expect(lostAt - stalledAt).toBeGreaterThan(LEASE_MS / 2);
      expect(lostAt - stalledAt).toBeLessThanOrEqual(LEASE_MS + 100);
      (await next).leave();
      expect(performance.now() - lostAt).toBeGreaterThanOrEqual(ORPHAN_MS - 50);
    });

    test('leaves no place in a queue', async () => {
      const [one, dying] = [await open(), await openMortal()];
      const lease = await one.turns.enter('c', new TurnStop());
      const waiting = dying.turns.enter('c', new TurnStop());
      const third = one.turns.enter('c', new TurnStop());
      dying.stall();
      await expect(waiting).rejects.toMatchObject(UNAVAILABLE);
      await one.check();
      lease.leave();
      const leftAt = performance.now();
      await third;
      // Who never had its turn is not waited for.
      expect(performance.now() - leftAt).toBeLessThan(ORPHAN_MS);
    });

    test('leaves keys fresh that it had not begun, and others unknown', async () => {
      const [dying, other] = [await openMortal(), await open()];
      await fresh(await dying.records.claim(key('begun'))).begin();
      const waiting = fresh(await dying.records.claim(key('waiting')));
      const running = new TurnStop();
      await dying.turns.enter('c', running);
      dying.stall();
      await lostTime(running);
      await until(async () => (await other.records.claim(key('begun'))).type === 'abandoned');
      const taken = fresh(await other.records.claim(key('waiting')));
      // Heard of again, it may not run what another one runs now.
      dying.flow();
      await until(() => isReady(dying));
      await expect(waiting.begin()).rejects.toMatchObject(UNAVAILABLE);
      await waiting.store({ status: 500, body: '{}' });
      await taken.store(answer);
      expect(await other.records.claim(key('waiting'))).toEqual({ type: 'answered', answer });
    });

    test('keeps its key when it is heard of again, and its answer', async () => {
      const [one, other] = [await openMortal(), await open()];
      const record = fresh(await one.records.claim(key('k')));
      await record.begin();
      const running = new TurnStop();
      await one.turns.enter('c', running);
      one.stall();
      await lostTime(running);
      one.flow();
      await until(async () => (await other.records.claim(key('k'))).type === 'in_flight');
      await record.store(answer);
      expect(await other.records.claim(key('k'))).toEqual({ type: 'answered', answer });
    });
  });

  describe('a server that goes down', () => {
    test('refuses everything at once, and nothing once it is back', async () => {
      const changes: (string | undefined)[] = [];
      const one = await open(server.port, (problem) => void changes.push(problem));
      await server.kill();
      await until(() => changes.length === 2);
      for (const attempt of [
        () => one.check(),
        () => one.records.claim(key('k')),
        () => one.limits.take('ada', { perMinute: 1, burst: 1 }),
      ]) {
        await expect(attempt()).rejects.toMatchObject(UNAVAILABLE);
      }
      await expect(one.turns.enter('c', new TurnStop())).rejects.toMatchObject(UNAVAILABLE);
      await server.start();
      await until(() => isReady(one));
      (await one.turns.enter('c', new TurnStop())).leave();
      // On a busy machine it is also told why it cannot be reached again.
      const [first, ...problems] = changes.slice(0, -1);
      expect([first, problems[0], changes.at(-1)]).toEqual([
        undefined,
        'the connection broke',
        undefined,
      ]);
      expect(problems).toEqual([...new Set(problems)]);
    });

    test('and comes back soon with what it kept ends no turn and keeps the order', async () => {
      const [one, other] = [await open(), await open()];
      const running = new TurnStop();
      const lease = await one.turns.enter('c', running);
      let isSecondIn = false;
      const second = other.turns.enter('c', new TurnStop()).then((lease) => {
        isSecondIn = true;
        return lease;
      });
      await other.check();
      await server.kill();
      await server.start();
      await until(async () => (await isReady(one)) && (await isReady(other)));
      expect([running.aborted, isSecondIn]).toEqual([false, false]);
      lease.leave();
      (await second).leave();
    });

    test('hears later of a turn that was over meanwhile, and of its answer', async () => {
      const [one, other] = [await open(), await open()];
      const lease = await one.turns.enter('c', new TurnStop());
      const record = fresh(await one.records.claim(key('k')));
      await record.begin();
      await server.kill();
      lease.leave();
      await record.store(answer);
      await server.start();
      await until(() => isReady(other));
      (await other.turns.enter('c', new TurnStop())).leave();
      expect(await other.records.claim(key('k'))).toEqual({ type: 'answered', answer });
    });

    test('and forgot all lets no turn begin before those must be over that it forgot', async () => {
      const [one, other] = [await open(), await open()];
      const running = new TurnStop();
      await one.turns.enter('c', running);
      const record = fresh(await one.records.claim(key('k')));
      await record.begin();
      await server.command('FLUSHALL');
      const forgottenAt = performance.now();
      await expect(other.turns.enter('c', new TurnStop())).rejects.toMatchObject(UNAVAILABLE);
      await expect(other.check()).rejects.toMatchObject(UNAVAILABLE);
      await lostTime(running);
      let next: Lease | undefined;
      await until(
        async () => (next = await other.turns.enter('c', new TurnStop()).catch(() => undefined)),
      );
      expect(performance.now() - forgottenAt).toBeGreaterThan(LEASE_MS / 2 + ORPHAN_MS);
      next?.leave();
      // What runs under a key goes on.
      expect(await other.records.claim(key('k'))).toEqual({ type: 'in_flight' });
      await record.store(answer);
      expect(await other.records.claim(key('k'))).toEqual({ type: 'answered', answer });
    });

    test('and went back in time is known by that', async () => {
      const [one, other] = [await open(), await open()];
      await server.command('CONFIG', 'SET', 'appendonly', 'no');
      const running = new TurnStop();
      await one.turns.enter('c', running);
      await server.kill();
      await server.start();
      await lostTime(running);
      // Who lost its turn has told the server so by then.
      await expect(one.check()).rejects.toMatchObject(UNAVAILABLE);
      const told = async () =>
        other.turns.enter('c', new TurnStop()).then(
          () => 'let in',
          (error: unknown) => String(error),
        );
      let answer = '';
      await until(async () => !/not available/.test((answer = await told())));
      expect(answer).toMatch(/lost whose turns are running/);
    });
  });

  test('a queue that is deleted lets no turn run beside another', async () => {
    const [one, other] = [await open(), await open()];
    const first = await one.turns.enter('c', new TurnStop());
    const queued = one.turns.enter('c', new TurnStop());
    await one.check();
    await deleteQueues();
    let isIn = false;
    const second = other.turns.enter('c', new TurnStop()).finally(() => (isIn = true));
    await other.check();
    expect(isIn).toBe(false);
    // The place of a turn that waited is lost.
    await expect(queued).rejects.toMatchObject(UNAVAILABLE);
    expect(isIn).toBe(false);
    first.leave();
    const lease = await second;
    await deleteQueues();
    lease.leave();
    (await one.turns.enter('c', new TurnStop())).leave();
    await one.check();
    expect(await server.command('KEYS', `${prefix}turns:*:first`)).toBe('');
  });

  test('a queue that is deleted does not block others for long after its process died', async () => {
    const [dying, other] = [await openMortal(), await open()];
    const running = new TurnStop();
    await dying.turns.enter('c', running);
    dying.stall();
    await deleteQueues();
    const next = other.turns.enter('c', new TurnStop());
    const lostAt = await lostTime(running);
    (await next).leave();
    expect(performance.now() - lostAt).toBeGreaterThanOrEqual(ORPHAN_MS - 50);
  });

  test('a server that says nothing is waited for no longer than two seconds', async () => {
    const one = await open();
    const running = new TurnStop();
    await one.turns.enter('c', running);
    server.freeze();
    const askedAt = performance.now();
    await expect(one.turns.enter('c-2', new TurnStop())).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - askedAt).toBeLessThan(2_500);
    await lostTime(running);
    server.thaw();
    await until(() => isReady(one));
    (await one.turns.enter('c-2', new TurnStop())).leave();
  });

  test('a server that has become a replica is not available', async () => {
    const one = await open();
    await server.command('REPLICAOF', '127.0.0.1', '9');
    await expect(one.check()).rejects.toMatchObject(UNAVAILABLE);
    await server.command('REPLICAOF', 'NO', 'ONE');
    await until(() => isReady(one));
    (await one.turns.enter('c', new TurnStop())).leave();
  });

  test('scripts that the server has dropped are sent again', async () => {
    const [one, other] = [await open(), await open()];
    const first = await one.turns.enter('c', new TurnStop());
    const second = other.turns.enter('c', new TurnStop());
    await other.check();
    await server.command('SCRIPT', 'FLUSH');
    first.leave();
    (await second).leave();
  });

  test('a place that was given up while the server was away is not held', async () => {
    const [one, other] = [
      await open(undefined, undefined, LONG_LEASE_MS),
      await open(undefined, undefined, LONG_LEASE_MS),
    ];
    const first = await one.turns.enter('c', new TurnStop());
    const leaving = new TurnStop();
    const second = one.turns.enter('c', leaving);
    const third = other.turns.enter('c', new TurnStop());
    await Promise.all([one.check(), other.check()]);
    await server.kill();
    leaving.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    await server.start();
    await until(async () => (await isReady(one)) && (await isReady(other)));
    first.leave();
    (await third).leave();
  });

  test('what arrives after it was given up is not had after all', async () => {
    const proxy = await tcpProxy(server.port);
    const one = await open(proxy.port, undefined, LONG_LEASE_MS);
    const other = await open(undefined, undefined, LONG_LEASE_MS);
    proxy.hold();
    const attempts = [one.turns.enter('c', new TurnStop()), one.records.claim(key('k'))];
    const ends = await Promise.allSettled(attempts);
    expect(ends.map((end) => 'reason' in end)).toEqual([true, true]);
    await until(() => isReady(one));
    const clients = async () =>
      (await server.command('CLIENT', 'LIST')).split('name=telnyx-chat').length - 1;
    // A connection that is closed is listed for a moment more.
    await until(async () => (await clients()) === 3);
    proxy.flow();
    // What was on its way has arrived, and then the end of the connection that broke.
    await until(async () => (await clients()) === 2);
    await one.check();
    (await other.turns.enter('c', new TurnStop())).leave();
    fresh(await other.records.claim(key('k')));
  });

  test('closing gives up at once what is held', async () => {
    const [one, other] = [await open(), await open()];
    await one.turns.enter('c', new TurnStop());
    await one.records.claim(key('k'));
    await one.close();
    const closedAt = performance.now();
    (await other.turns.enter('c', new TurnStop())).leave();
    fresh(await other.records.claim(key('k')));
    expect(performance.now() - closedAt).toBeLessThan(ORPHAN_MS);
  });
});

function key(name: string) {
  return { scope: 'ada', key: name, fingerprint: 'f' };
}

function fresh(claim: Claim) {
  if (claim.type !== 'fresh') throw new Error(`the key is ${claim.type}`);
  return claim.record;
}

function isReady(coordination: Coordination): Promise<boolean> {
  return coordination.check().then(
    () => true,
    () => false,
  );
}

/** When the turn was stopped, because its lease was lost; by `performance.now()`. */
function lostTime(running: TurnStop): Promise<number> {
  return new Promise((resolve) => {
    if (running.aborted) resolve(performance.now());
    running.addEventListener('abort', () => resolve(performance.now()));
  });
}

/** Asks again and again: there is nobody who would tell. */
async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
