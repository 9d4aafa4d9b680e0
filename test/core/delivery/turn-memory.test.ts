import { expect, test } from 'vitest';
import { TurnMemory, type Fate } from '../../../src/core/delivery/turn-memory.js';

const NOTHING_KNOWN = { atLeast: 0, isExact: false };

/** What is known of a text before a turn with it. */
function earlier(memory: TurnMemory, conversationId: string, text: string) {
  const turn = memory.open(conversationId, text);
  turn.settle('not said');
  return { atLeast: turn.earlier.atLeast, isExact: turn.earlier.isExact };
}

function say(memory: TurnMemory, conversationId: string, text: string, fate: Fate = 'said') {
  memory.open(conversationId, text).settle(fate);
}

function begun(conversationId: string): TurnMemory {
  const memory = new TurnMemory();
  memory.begin(conversationId);
  return memory;
}

test('of a conversation that began elsewhere nothing is known', () => {
  const memory = new TurnMemory();
  say(memory, 'c-1', 'yes');
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NOTHING_KNOWN);
});

test('of one that began here, all that was said', () => {
  const memory = begun('c-1');
  expect(earlier(memory, 'c-1', 'yes')).toEqual({ atLeast: 0, isExact: true });
  say(memory, 'c-1', 'yes');
  say(memory, 'c-1', ' yes\n');
  say(memory, 'c-1', 'no', 'not said');
  expect(earlier(memory, 'c-1', 'yes')).toEqual({ atLeast: 2, isExact: true });
  expect(earlier(memory, 'c-1', 'no')).toEqual({ atLeast: 0, isExact: true });
});

test('what may have been said makes its text doubtful, and no other', () => {
  const memory = begun('c-1');
  say(memory, 'c-1', 'yes', 'perhaps');
  expect(earlier(memory, 'c-1', 'yes')).toEqual({ atLeast: 0, isExact: false });
  expect(earlier(memory, 'c-1', 'no')).toEqual({ atLeast: 0, isExact: true });
});

test('of two turns at a time with one text neither is exact, from the moment on that the second begins', () => {
  const memory = begun('c-1');
  const first = memory.open('c-1', 'yes');
  const other = memory.open('c-1', 'no');
  expect(first.earlier).toEqual({ atLeast: 0, isExact: true });
  const second = memory.open('c-1', 'yes ');
  expect(first.earlier).toEqual({ atLeast: 0, isExact: false });
  second.settle('said');
  expect(first.earlier).toEqual({ atLeast: 0, isExact: false });
  expect(other.earlier).toEqual({ atLeast: 0, isExact: true });
});

test('what became of a turn is said once', () => {
  const memory = begun('c-1');
  const turn = memory.open('c-1', 'yes');
  turn.settle('said');
  turn.settle('perhaps');
  expect(earlier(memory, 'c-1', 'yes')).toEqual({ atLeast: 1, isExact: true });
});

test('the conversations used last are kept, a thousand of them', () => {
  const memory = new TurnMemory();
  for (let number = 0; number < 1_000; number++) memory.begin(`c-${number}`);
  say(memory, 'c-0', 'yes');
  memory.begin('c-1000');
  expect(earlier(memory, 'c-0', 'yes')).toEqual({ atLeast: 1, isExact: true });
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NOTHING_KNOWN);
  expect(earlier(memory, 'c-2', 'yes')).toEqual({ atLeast: 0, isExact: true });
});
