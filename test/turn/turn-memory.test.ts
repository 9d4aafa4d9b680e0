import { expect, test } from 'vitest';
import type { Moment } from '../../src/turn/server-clock.js';
import {
  TurnMemory,
  type EarlierMessages,
  type DeliveryOutcome,
} from '../../src/turn/turn-memory.js';

const at = (ms: number): Moment => ({ monotonic: ms, wall: ms });
const NOTHING_KNOWN = { atLeast: 0, times: undefined, isExact: false };
const NEVER_SAID = { atLeast: 0, times: undefined, isExact: true };

function known({ atLeast, times, isExact }: EarlierMessages) {
  return { atLeast, times, isExact };
}

/** What is known of a text before a turn with it. */
function earlier(memory: TurnMemory, conversationId: string, text: string) {
  const turn = memory.open(conversationId, text, at(0));
  turn.settle('not delivered', at(0));
  return known(turn);
}

interface Saying {
  outcome?: DeliveryOutcome;
  from?: number;
}

function say(
  memory: TurnMemory,
  conversationId: string,
  text: string,
  { outcome = 'delivered', from = 10 }: Saying = {},
) {
  memory.open(conversationId, text, at(from)).settle(outcome, at(from + 5));
}

function begun(conversationId: string): TurnMemory {
  const memory = new TurnMemory();
  memory.begin(conversationId);
  return memory;
}

test('of a conversation that began elsewhere only that is known which was said here', () => {
  const memory = new TurnMemory();
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NOTHING_KNOWN);
  say(memory, 'c-1', 'yes');
  expect(earlier(memory, 'c-1', 'yes')).toEqual({
    atLeast: 1,
    times: { from: at(10), until: at(15) },
    isExact: false,
  });
});

test('of one that began here, all that was said', () => {
  const memory = begun('c-1');
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NEVER_SAID);
  say(memory, 'c-1', 'yes');
  say(memory, 'c-1', ' yes\n', { from: 30 });
  say(memory, 'c-1', 'no', { outcome: 'not delivered' });
  expect(earlier(memory, 'c-1', 'yes')).toEqual({
    atLeast: 2,
    times: { from: at(10), until: at(35) },
    isExact: true,
  });
  expect(earlier(memory, 'c-1', 'no')).toEqual(NEVER_SAID);
});

test('what may have been said makes its text doubtful, and no other', () => {
  const memory = begun('c-1');
  say(memory, 'c-1', 'yes', { outcome: 'unknown' });
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NOTHING_KNOWN);
  expect(earlier(memory, 'c-1', 'no')).toEqual(NEVER_SAID);
});

test('of two turns at a time with one text neither is exact, from the moment on that the second begins', () => {
  const memory = begun('c-1');
  const first = memory.open('c-1', 'yes', at(1));
  const other = memory.open('c-1', 'no', at(2));
  expect(first.isExact).toBe(true);
  const second = memory.open('c-1', 'yes ', at(3));
  expect(first.isExact).toBe(false);
  second.settle('delivered', at(4));
  expect(known(first)).toEqual(NOTHING_KNOWN);
  expect(other.isExact).toBe(true);
});

test('what became of a turn is said once', () => {
  const memory = begun('c-1');
  const turn = memory.open('c-1', 'yes', at(1));
  turn.settle('delivered', at(2));
  turn.settle('unknown', at(3));
  expect(earlier(memory, 'c-1', 'yes')).toMatchObject({
    times: { until: at(2) },
    isExact: true,
  });
});

test('the conversations used last are kept, a thousand of them', () => {
  const memory = new TurnMemory();
  for (let number = 0; number < 1_000; number++) memory.begin(`c-${number}`);
  say(memory, 'c-0', 'yes');
  memory.begin('c-1000');
  expect(earlier(memory, 'c-0', 'yes')).toMatchObject({ atLeast: 1, isExact: true });
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NOTHING_KNOWN);
  expect(earlier(memory, 'c-3', 'yes')).toEqual(NEVER_SAID);
});

test.each([
  ['two thousand of them', 'text', 1_999],
  ['16 MiB of them', 'x'.repeat(4 * 1024 * 1024), 3],
])('the texts said last are kept, %s; then one cannot know of the others', (_, text, more) => {
  const memory = begun('c-1');
  memory.begin('c-2');
  say(memory, 'c-1', 'yes');
  for (let number = 0; number < more; number++) say(memory, 'c-2', `${text} ${number}`);
  expect(earlier(memory, 'c-1', 'yes')).toMatchObject({ atLeast: 1, isExact: true });
  for (let number = 0; number <= more; number++) say(memory, 'c-2', `${text} again ${number}`);
  expect(earlier(memory, 'c-1', 'yes')).toEqual(NOTHING_KNOWN);
});

test('of conversations that began elsewhere, the 256 texts said last are kept, and cost others nothing', () => {
  const memory = begun('c-1');
  say(memory, 'c-1', 'yes');
  for (let number = 0; number < 256; number++) say(memory, 'c-2', `text ${number}`);
  expect(earlier(memory, 'c-2', 'text 0')).toMatchObject({ atLeast: 1 });
  say(memory, 'c-2', 'one more');
  expect(earlier(memory, 'c-2', 'text 1')).toEqual(NOTHING_KNOWN);
  expect(earlier(memory, 'c-1', 'yes')).toMatchObject({ atLeast: 1, isExact: true });
});

test('of those, nothing when it is not asked for', () => {
  const memory = new TurnMemory({ ofOthers: false });
  memory.begin('c-1');
  say(memory, 'c-1', 'yes');
  say(memory, 'c-2', 'yes');
  expect(earlier(memory, 'c-1', 'yes')).toMatchObject({ atLeast: 1, isExact: true });
  expect(earlier(memory, 'c-2', 'yes')).toEqual(NOTHING_KNOWN);
});
