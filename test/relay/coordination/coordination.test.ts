import { randomUUID } from 'node:crypto';
import { describe, expect, test, afterAll, beforeAll, onTestFinished } from 'vitest';
import {
  type CoordinationError,
  MAX_WAITING_TURNS,
  RECORD_MS,
  type Claim,
  type Coordination,
  type OpenRecord,
  TurnStop,
} from '../../../src/relay/coordination/coordination.js';
import { inMemory, RecordStore } from '../../../src/relay/coordination/in-memory.js';
import { parseRedisUrl } from '../../../src/relay/coordination/redis/address.js';
import { inRedis } from '../../../src/relay/coordination/redis/in-redis.js';
import { realClock } from '../../helpers/real-clock.js';
import { REDIS_SERVERS, redisServer, type RedisServer } from '../../helpers/redis-server.js';
import { stillClock } from '../../helpers/still-clock.js';

interface Opened {
  /** Two that share; the same one twice where there is one process. */
  one: Coordination;
  other: Coordination;
  /** Lets time pass, in milliseconds. */
  advance(ms: number): Promise<void> | void;
}

/** What every kind of coordination does, seen from two of those that share it. */
function coordinationBehaves(name: string, open: () => Promise<Opened> | Opened): void {
  describe(name, () => {
    describe('turns of one conversation', () => {
      test('run in the order in which they came, from wherever', async () => {
        const { one, other } = await open();
        const order: number[] = [];
        const turn = async (from: Coordination, number: number): Promise<void> => {
          const lease = await from.turns.enter('c', live());
          order.push(number);
          await tick();
          order.push(number);
          lease.leave();
        };
        const turns: Promise<void>[] = [];
        for (const from of [one, other, one, other, other, one]) {
          turns.push(turn(from, turns.length));
          // A busy server may otherwise hear later ones of another process first.
          await from.check();
        }
        await Promise.all(turns);
        expect(order).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
      });

      test('do not wait for those of another', async () => {
        const { one, other } = await open();
        await one.turns.enter('c-1', live());
        await other.turns.enter('c-2', live());
      });

      test('that were given up leave their place', async () => {
        const { one, other } = await open();
        const first = await one.turns.enter('c', live());
        const leaving = live();
        const second = other.turns.enter('c', leaving);
        const third = one.turns.enter('c', live());
        leaving.abort(new Error('left'));
        await expect(second).rejects.toThrow('left');
        first.leave();
        (await third).leave();
        await other.turns.enter('c', live());
      });

      test('are refused when too many wait, and not before', async () => {
        const { one, other } = await open();
        const first = await one.turns.enter('c', live());
        const waiting = Array.from({ length: MAX_WAITING_TURNS }, () =>
          one.turns.enter('c', live()),
        );
        await one.check();
        const refused = await failure(Promise.resolve(other.turns.enter('c', live())));
        expect([refused.name, refused.kind]).toEqual(['CoordinationError', 'queue_full']);
        first.leave();
        for (const each of waiting) (await each).leave();
        await other.turns.enter('c', live());
      });

      test('that leave twice let one in', async () => {
        const { one, other } = await open();
        const first = await one.turns.enter('c', live());
        const second = other.turns.enter('c', live());
        first.leave();
        first.leave();
        await second;
        let isThird = false;
        const third = Promise.resolve(one.turns.enter('c', live())).then(
          () => void (isThird = true),
        );
        third.catch(() => undefined); // The test ends before it.
        await tick();
        expect(isThird).toBe(false);
      });
    });

    describe('a key', () => {
      const key = { scope: 'ada', key: 'k-1', fingerprint: 'f-1' };
      const answer = { status: 200, body: '{"reply":"hi"}' };

      test('is fresh once, and then has its answer', async () => {
        const { one, other } = await open();
        const record = fresh(await one.records.claim(key));
        await record.begin();
        expect(await other.records.claim(key)).toEqual({ type: 'in_flight' });
        await record.store(answer);
        expect(await other.records.claim(key)).toEqual({ type: 'answered', answer });
        expect(await one.records.claim(key)).toEqual({ type: 'answered', answer });
      });

      test('is not for another body', async () => {
        const { one, other } = await open();
        const mismatched = { ...key, fingerprint: 'f-2' };
        const record = fresh(await one.records.claim(key));
        expect(await other.records.claim(mismatched)).toEqual({ type: 'mismatch' });
        await record.store(answer);
        expect(await other.records.claim(mismatched)).toEqual({ type: 'mismatch' });
      });

      test('of another caller is another one', async () => {
        const { one, other } = await open();
        await fresh(await one.records.claim(key)).store(answer);
        fresh(await other.records.claim({ ...key, scope: 'bob' }));
      });

      test('that was given back is fresh again', async () => {
        const { one, other } = await open();
        await fresh(await one.records.claim(key)).release();
        fresh(await other.records.claim({ ...key, fingerprint: 'f-2' }));
      });

      test('is forgotten after a day', async () => {
        const { one, other, advance } = await open();
        await fresh(await one.records.claim(key)).store(answer);
        await advance(RECORD_MS - 1_000);
        expect(await other.records.claim(key)).toEqual({ type: 'answered', answer });
        await advance(2_000);
        fresh(await other.records.claim(key));
      });
    });

    test('an allowance is one for all, and fills evenly', async () => {
      const { one, other, advance } = await open();
      const rate = { perMinute: 60, burst: 2 };
      expect(await one.limits.take('ada', rate)).toBe(0);
      expect(await other.limits.take('ada', rate)).toBe(0);
      const wait = await one.limits.take('ada', rate);
      expect(wait).toBeGreaterThan(500);
      expect(wait).toBeLessThanOrEqual(1_000);
      expect(await other.limits.take('bob', rate)).toBe(0);
      await advance(wait + 1);
      expect(await other.limits.take('ada', rate)).toBe(0);
      expect(await one.limits.take('ada', rate)).toBeGreaterThan(0);
    });

    test('can be relied on', async () => {
      const { one } = await open();
      await one.check();
    });
  });
}

function fresh(claim: Claim): OpenRecord {
  if (claim.type !== 'fresh') throw new Error(`the key is ${claim.type}`);
  return claim.record;
}

function live(): TurnStop {
  return new TurnStop();
}

/** What is under way between processes has arrived. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

async function failure(promise: Promise<unknown>): Promise<CoordinationError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as CoordinationError,
  );
}

coordinationBehaves('in memory', () => {
  const clock = stillClock();
  const memory = inMemory(clock);
  return { one: memory, other: memory, advance: clock.advance };
});

test('answers are kept as long as they fit, the newest first; of others it is known that they were', async () => {
  const records = new RecordStore(stillClock(), { answers: 10_000, spent: 4_000 });
  const key = (number: number) => ({ scope: '', key: String(number), fingerprint: '' });
  for (let number = 0; number < 20; number++) {
    const claim = await records.claim(key(number));
    if (claim.type === 'fresh') {
      await claim.record.store({ status: 200, body: 'x'.repeat(1_000) });
    }
  }
  const claims = Array.from({ length: 20 }, (_, number) => records.claim(key(number)));
  const types = (await Promise.all(claims)).map(({ type }) => type);
  expect(types).toEqual([
    ...Array.from({ length: 3 }, () => 'fresh'),
    ...Array.from({ length: 13 }, () => 'abandoned'),
    ...Array.from({ length: 4 }, () => 'answered'),
  ]);
});

test('a record that was given back leaves the next one of its key alone', async () => {
  const records = new RecordStore(stillClock());
  const key = { scope: '', key: 'key-1', fingerprint: '' };
  const claim = await records.claim(key);
  if (claim.type !== 'fresh') throw new Error('not fresh');
  await claim.record.release();
  expect((await records.claim(key)).type).toBe('fresh');
  await claim.record.release();
  expect((await records.claim(key)).type).toBe('in_flight');
});

/** Lets what has a time in Redis, all but the sessions, come to be older. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local kept = redis.call('PTTL', key)
  if string.find(key, ':limit:') then
    redis.call('SET', key, string.format('%.0f', redis.call('GET', key) - ARGV[2] * 1000), 'PX', kept)
  end
  if not string.find(key, ':session:') then redis.call('PEXPIRE', key, kept - ARGV[2]) end
end`;

const programs = REDIS_SERVERS.length > 0 ? REDIS_SERVERS : ['redis-server'];

for (const program of programs) {
  describe.skipIf(REDIS_SERVERS.length === 0)(program, () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await redisServer({ program });
    });
    afterAll(() => server.remove());

    coordinationBehaves('in Redis', async () => {
      const prefix = `test-${randomUUID()}:`;
      const open = async () => {
        const address = parseRedisUrl(server.url);
        const coordination = inRedis({ address, prefix, clock: realClock() });
        onTestFinished(() => coordination.close());
        await coordination.open();
        return coordination;
      };
      const advance = async (ms: number): Promise<void> => {
        await server.command('EVAL', AGE, '0', prefix, String(Math.ceil(ms)));
      };
      return { one: await open(), other: await open(), advance };
    });
  });
}
