import { expect, test } from 'vitest';
import { TurnMemory } from '../../../src/core/delivery/turn-memory.js';

const NEVER = { atLeast: 0, isExact: true };
const UNKNOWN = { atLeast: 0, isExact: false };

/** The memory of so many conversations: c-1, c-2, … */
function memoryOf(count: number): TurnMemory {
  const memory = new TurnMemory();
  for (let number = 1; number <= count; number++) memory.begin(`c-${number}`);
  return memory;
}

test('knows how often a text was said in a conversation that began here', () => {
  const memory = memoryOf(2);
  for (const fate of ['said', 'not said', 'said'] as const) memory.note('c-1', 'yes ', fate);
  memory.note('c-1', 'no', 'perhaps');
  expect(memory.earlier('c-1', 'yes')).toEqual({ atLeast: 2, isExact: true });
  expect(memory.earlier('c-1', 'no')).toEqual({ atLeast: 0, isExact: false });
  expect(memory.earlier('c-1', 'hello')).toEqual(NEVER);
  expect(memory.earlier('c-2', 'yes')).toEqual(NEVER);
});

test('knows nothing of a conversation that did not begin here, whatever is said in it', () => {
  const memory = memoryOf(0);
  memory.note('c-1', 'yes', 'said');
  expect(memory.earlier('c-1', 'yes')).toEqual(UNKNOWN);
});

test('keeps the thousand conversations used last', () => {
  const memory = memoryOf(1_000);
  expect(memory.earlier('c-1', 'yes')).toEqual(NEVER);
  memory.note('c-1', 'yes', 'said');
  memory.begin('c-1001');
  expect(memory.earlier('c-1', 'yes')).toEqual({ atLeast: 1, isExact: true });
  expect(memory.earlier('c-2', 'yes')).toEqual(UNKNOWN);
  expect(memory.earlier('c-3', 'yes')).toEqual(NEVER);
  expect(memory.earlier('c-1001', 'yes')).toEqual(NEVER);
});
