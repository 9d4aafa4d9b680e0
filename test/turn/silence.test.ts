import { expect, test } from 'vitest';
import { withSilences } from '../../src/turn/silence.js';
import { manualClock } from '../helpers/manual-clock.js';

/** Events that come when the test gives them; what was told of them. */
function stream() {
  const clock = manualClock();
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  let isLeft = false;
  async function* events(): AsyncGenerator<{ type: string }> {
    try {
      for (;;) {
        await new Promise<void>((resolve) => void waiting.push(resolve));
        yield { type: 'delta' };
      }
    } finally {
      isLeft = true;
    }
  }
  const silent = withSilences(events(), clock);
  const reading = (async () => {
    for await (const { type } of silent) {
      told.push(type);
      if (told.length === 6) break;
    }
  })();
  const give = async (): Promise<void> => {
    waiting.shift()?.();
    await clock.advance(0);
  };
  return { clock, told, give, reading, isLeft: () => isLeft };
}

test('a silence is told after two seconds without an event, and for each two more', async () => {
  const { clock, told, give, reading, isLeft } = stream();
  await clock.advance(1_999);
  expect(told).toEqual([]);
  await give();
  await clock.advance(1_999);
  await give();
  await clock.advance(1_999);
  expect(told).toEqual(['delta', 'delta']);
  await clock.advance(1);
  expect(told).toEqual(['delta', 'delta', 'silence']);
  await clock.advance(2_000);
  await give();
  await clock.advance(2_000);
  expect(told).toEqual(['delta', 'delta', 'silence', 'silence', 'delta', 'silence']);
  await give();
  await reading;
  expect([isLeft(), clock.waiting]).toEqual([true, 0]);
});

test('one timer is enough for many events', async () => {
  const { clock, told, give } = stream();
  for (let index = 0; index < 5; index++) {
    await clock.advance(100);
    await give();
  }
  expect([told.length, clock.waiting]).toEqual([5, 1]);
});

test('the events end, or fail, as they would alone', async () => {
  const clock = manualClock();
  async function* ending(error?: Error): AsyncGenerator<number> {
    yield await Promise.resolve(1);
    if (error) throw error;
  }
  const told: unknown[] = [];
  for await (const event of withSilences(ending(), clock)) told.push(event);
  expect(told).toEqual([1]);
  const failing = withSilences(ending(new Error('cut')), clock);
  expect((await failing.next()).value).toBe(1);
  await expect(failing.next()).rejects.toThrow('cut');
  expect(clock.waiting).toBe(0);
});
