import { expect, test } from 'vitest';
import { recordOffset } from '../../src/turn/record-times.js';
import type { Moment } from '../../src/turn/server-clock.js';
import type { DeliveredTurn } from '../../src/turn/turn-memory.js';
import { message, SENT } from '../helpers/messages.js';

const moment = (ms: number): Moment => ({ monotonic: ms, wall: SENT + ms });
const turn = (text: string, from: number, until: number): DeliveredTurn => ({
  text,
  isExact: false,
  from: moment(from),
  until: moment(until),
});

const LIST = ['u+10 one', 'a+20 One', 'u+1010 two', 'a+1020 Two'].map(message);
const TURNS = [turn('one', 0, 30), turn('two', 1_000, 1_030)];

test.each([
  ['just now', 1_030, 0],
  ['an hour ago: good clocks drift by a third of a second meanwhile', 3_601_030, 360],
])('turns that were delivered tell the clock of the records: %s', (_, now, drift) => {
  const { min = NaN, max = NaN } = recordOffset(LIST, TURNS, moment(now)) ?? {};
  expect(min - SENT).toBeCloseTo(-10 - drift, 0);
  expect(max - SENT).toBeCloseTo(11 + drift, 0);
});
