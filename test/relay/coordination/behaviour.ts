import { describe, expect, test } from 'vitest';
import {
  type CoordinationError,
  MAX_WAITING_TURNS,
  RECORD_MS,
  type Claim,
  type Coordination,
  type OpenRecord,
} from '../../../src/relay/coordination/coordination.js';

export interface Opened {
  /** Two that share; the same one twice where there is one process. */
  one: Coordination;
  other: Coordination;
  /** Lets time pass, in milliseconds. */
  advance(ms: number): Promise<void> | void;
}

/** What every kind of coordination does, seen from two of those that share it. */
export function coordinationBehaves(name: string, open: () => Promise<Opened> | Opened): void {
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
          await tick();
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
        const leaving = new AbortController();
        const second = other.turns.enter('c', leaving.signal);
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
        await tick();
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

function live(): AbortSignal {
  return new AbortController().signal;
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
