import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ORPHAN_MS, type Coordination } from '../../../src/relay/coordination/coordination.js';
import type { Channel } from '../../../src/relay/coordination/ipc/channel.js';
import { coordinateWorker } from '../../../src/relay/coordination/ipc/primary.js';
import { viaPrimary } from '../../../src/relay/coordination/ipc/worker.js';
import { inMemory } from '../../../src/relay/coordination/memory/in-memory.js';
import { RecordStore } from '../../../src/relay/coordination/memory/record-store.js';
import { stillClock } from '../../helpers/still-clock.js';
import { coordinationBehaves } from './behaviour.js';

const live = new AbortController().signal;

coordinationBehaves('in memory', () => {
  const clock = stillClock();
  const memory = inMemory(clock);
  return { one: memory, other: memory, advance: clock.advance };
});

coordinationBehaves('by the primary of two workers', () => {
  const { workers, advance } = primaryWith(2);
  const [one, other] = workers;
  if (!one || !other) throw new Error('no workers');
  return { one: one.coordination, other: other.coordination, advance };
});

describe('a worker that dies', () => {
  test('lets the next turn in after a while', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const [dying, other] = primaryWith(2).workers;
    await dying?.coordination.turns.enter('c', live);
    let isIn = false;
    const entered = other?.coordination.turns.enter('c', live).then(() => void (isIn = true));
    await other?.coordination.limits.take('ada', { perMinute: 1, burst: 1 });
    await dying?.die();
    vi.advanceTimersByTime(ORPHAN_MS - 1);
    await other?.coordination.limits.take('ada', { perMinute: 1, burst: 1 });
    expect(isIn).toBe(false);
    vi.advanceTimersByTime(1);
    await entered;
  });

  test('leaves no place in a queue', async () => {
    const [one, dying] = primaryWith(2).workers;
    const lease = await one?.coordination.turns.enter('c', live);
    dying?.coordination.turns.enter('c', live).catch(() => undefined);
    const third = one?.coordination.turns.enter('c', live);
    await dying?.die();
    lease?.leave();
    await third;
  });

  test('leaves keys fresh that it had not begun, and others unknown', async () => {
    const [dying, other] = primaryWith(2).workers;
    const key = (name: string) => ({ scope: '', key: name, fingerprint: '' });
    await dying?.coordination.records.claim(key('waiting'));
    const claim = await dying?.coordination.records.claim(key('begun'));
    if (claim?.type === 'fresh') await claim.record.begin();
    await dying?.die();
    expect((await other?.coordination.records.claim(key('waiting')))?.type).toBe('fresh');
    expect(await other?.coordination.records.claim(key('begun'))).toEqual({ type: 'abandoned' });
  });

  test('has nobody to ask when its primary is gone', async () => {
    const { workers, die } = primaryWith(1);
    const [worker] = workers;
    await die();
    const unavailable = { name: 'CoordinationError', kind: 'unavailable' };
    await expect(worker?.coordination.turns.enter('c', live)).rejects.toMatchObject(unavailable);
    await expect(worker?.coordination.check()).rejects.toMatchObject(unavailable);
  });
});

test('a place that is given up as soon as it is asked for is free again', async () => {
  const memory = inMemory(stillClock());
  const [worker, primary] = pipe();
  coordinateWorker(primary, { memory, metricsText: () => Promise.resolve('') });
  const { turns } = viaPrimary(worker);
  const leaving = new AbortController();
  const first = turns.enter('c', leaving.signal);
  const second = turns.enter('c', leaving.signal);
  leaving.abort(new Error('left'));
  await expect(Promise.all([first, second])).rejects.toThrow('left');
  (await turns.enter('c', live)).leave();
  await expect.poll(() => memory.turns.size).toBe(0);
});

test('answers are kept as long as they fit, the newest first; of others it is known that they were', async () => {
  const records = new RecordStore(stillClock(), { answers: 10_000, spent: 4_000 });
  const key = (number: number) => ({ scope: '', key: String(number), fingerprint: '' });
  for (let number = 0; number < 20; number++) {
    const claim = records.claimNow(key(number));
    if (claim.type === 'fresh') {
      await claim.record.store({ status: 200, body: 'x'.repeat(1_000) });
    }
  }
  const types = Array.from({ length: 20 }, (_, number) => records.claimNow(key(number)).type);
  expect(types).toEqual([
    ...Array.from({ length: 3 }, () => 'fresh'),
    ...Array.from({ length: 13 }, () => 'abandoned'),
    ...Array.from({ length: 4 }, () => 'answered'),
  ]);
});

test('a record that was given up leaves the next one of its key alone', async () => {
  const records = new RecordStore(stillClock());
  const key = { scope: '', key: 'key-1', fingerprint: '' };
  const given = records.claimNow(key);
  if (given.type !== 'fresh') throw new Error('not fresh');
  given.record.abandon();
  expect(records.claimNow(key).type).toBe('fresh');
  given.record.abandon();
  await given.record.release();
  expect(records.claimNow(key).type).toBe('in_flight');
});

interface Worker {
  coordination: Coordination;
  die(): Promise<void>;
}

/** A primary with workers, in this process, over real message channels. */
function primaryWith(count: number) {
  const clock = stillClock();
  const memory = inMemory(clock);
  const ends: MessagePort[] = [];
  const workers = Array.from({ length: count }, (): Worker => {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    ends.push(port1);
    coordinateWorker(channelOf(port1), { memory, metricsText: () => Promise.resolve('') });
    return { coordination: viaPrimary(channelOf(port2)), die: () => closed(port2, port1) };
  });
  const die = async (): Promise<void> => {
    for (const end of ends) await closed(end, end);
  };
  return { workers, advance: clock.advance, die };
}

function channelOf(port: MessagePort): Channel {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (take) => void port.on('message', take),
    onClose: (tell) => void port.on('close', tell),
  };
}

/** Two ends, between which messages arrive as those of processes do that are read at once. */
function pipe(): [Channel, Channel] {
  const takers: ((message: unknown) => void)[] = [];
  const end = (own: number): Channel => ({
    send: (message) => process.nextTick(() => takers[1 - own]?.(message)),
    onMessage: (take) => void (takers[own] = take),
    onClose: () => undefined,
  });
  return [end(0), end(1)];
}

/** Closes the one end, and waits for the other to notice. */
async function closed(port: MessagePort, other: MessagePort): Promise<void> {
  const noticed = new Promise((resolve) => other.on('close', resolve));
  port.close();
  await noticed;
}
