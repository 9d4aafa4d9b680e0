import { expect, test } from 'vitest';
import { inMemory } from '../../../src/relay/coordination/memory/in-memory.js';
import { RecordStore } from '../../../src/relay/coordination/memory/records.js';
import { stillClock } from '../../helpers/still-clock.js';
import { coordinationBehaves } from './behaviour.js';

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
