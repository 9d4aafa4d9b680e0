import { expect, test } from 'vitest';
import { TurnMemory } from '../../../src/core/delivery/turn-memory.js';

const NOTHING_KNOWN = { atLeast: 0, isExact: false };

test('of a conversation that began elsewhere nothing is known', () => {
  const memory = new TurnMemory();
  memory.note('c-1', 'yes', 'said');
  expect(memory.earlier('c-1', 'yes')).toEqual(NOTHING_KNOWN);
});

test('of one that began here, all that was said', () => {
  const memory = new TurnMemory();
  memory.begin('c-1');
  expect(memory.earlier('c-1', 'yes')).toEqual({ atLeast: 0, isExact: true });
  memory.note('c-1', 'yes', 'said');
  memory.note('c-1', ' yes\n', 'said');
  memory.note('c-1', 'no', 'not said');
  expect(memory.earlier('c-1', 'yes')).toEqual({ atLeast: 2, isExact: true });
  expect(memory.earlier('c-1', 'no')).toEqual({ atLeast: 0, isExact: true });
});

test('what may have been said makes its text doubtful, and no other', () => {
  const memory = new TurnMemory();
  memory.begin('c-1');
  memory.note('c-1', 'yes', 'perhaps');
  expect(memory.earlier('c-1', 'yes')).toEqual({ atLeast: 0, isExact: false });
  expect(memory.earlier('c-1', 'no')).toEqual({ atLeast: 0, isExact: true });
});

test('the conversations used last are kept, a thousand of them', () => {
  const memory = new TurnMemory();
  for (let number = 0; number < 1_000; number++) memory.begin(`c-${number}`);
  memory.note('c-0', 'yes', 'said');
  memory.begin('c-1000');
  expect(memory.earlier('c-0', 'yes')).toEqual({ atLeast: 1, isExact: true });
  expect(memory.earlier('c-1', 'yes')).toEqual(NOTHING_KNOWN);
  expect(memory.earlier('c-2', 'yes')).toEqual({ atLeast: 0, isExact: true });
});
