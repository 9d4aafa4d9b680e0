import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Admission } from '../../src/relay/chat/admission.js';

/** These start at once. */
const MAX_AT_ONCE = 300;
const signal = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An admission, and the turns that it let in, by number. */
function admission() {
  const ports = { isCrowded: false, many: 0 };
  const gate = new Admission({
    isCrowded: () => ports.isCrowded,
    onManyTurns: () => ports.many++,
  });
  const started: number[] = [];
  let count = 0;
  const enter = async (turns = 1, stop = signal): Promise<unknown> => {
    const entered = Array.from({ length: turns }, async () => {
      const turn = count++;
      await gate.enter(stop);
      started.push(turn);
    });
    return (await Promise.allSettled(entered)).map((each) =>
      each.status === 'rejected' ? (each.reason as unknown) : 'started',
    );
  };
  return { ports, gate, started, enter };
}

/** Lets what is settled by now go on. */
const settled = () => vi.advanceTimersByTimeAsync(0);

test('a burst starts step by step, in order', async () => {
  const { ports, started, enter } = admission();
  void enter(1_000);
  await settled();
  expect([started.length, ports.many]).toEqual([MAX_AT_ONCE, 1]);
  await vi.advanceTimersByTimeAsync(100);
  expect(started.length).toBeGreaterThan(MAX_AT_ONCE);
  expect(started.length).toBeLessThan(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toEqual(Array.from({ length: 1_000 }, (_, turn) => turn));
  expect([ports.many, vi.getTimerCount()]).toEqual([1, 0]);
});

test('while long replies wait to be read, one turn starts for one that ends', async () => {
  const { ports, gate, started, enter } = admission();
  void enter(10);
  await settled();
  ports.isCrowded = true;
  void enter(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toHaveLength(10);
  gate.leave();
  await settled();
  expect(started.slice(10)).toEqual([10]);
  ports.isCrowded = false;
  // Who comes now does not overtake those that wait.
  void enter();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started.slice(10)).toEqual([10, 11, 12, 13]);
});

test('a turn whose caller leaves does not wait any more, and those behind it keep their order', async () => {
  const { ports, started, enter } = admission();
  ports.isCrowded = true;
  const stop = new AbortController();
  const reason = new Error('the caller left');
  void enter();
  const left = enter(1, stop.signal);
  void enter();
  stop.abort(reason);
  expect(await left).toEqual([reason]);
  expect(await enter(1, AbortSignal.abort(reason))).toEqual([reason]);
  ports.isCrowded = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toEqual([0, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['no turn runs any more', 0],
  ['few turns run', 20],
])('when %s, the next burst starts as the first one did', async (_, left) => {
  const { gate, started, enter } = admission();
  void enter(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  for (let turn = left; turn < 1_000; turn++) gate.leave();
  void enter(1_000);
  await settled();
  expect([started.length, gate.waiting]).toEqual([1_000 + MAX_AT_ONCE, 1_000 - MAX_AT_ONCE]);
});
