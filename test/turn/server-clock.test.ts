import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { momentOf, ServerClock, type Moment } from '../../src/turn/server-clock.js';
import { stillClock } from '../helpers/still-clock.js';

interface Server {
  /** Its clock is ahead of ours by so much. */
  offMs: number;
  roundTripMs: number;
  /** How late it renews the `Date`. */
  staleMs: number;
}

const seconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

/** Asks until the window of now is sharp. */
function sharpen({ offMs, roundTripMs, staleMs }: Server) {
  const clock = stillClock();
  clock.advance(offMs % 977);
  const moment = momentOf(clock);
  const serverClock = new ServerClock();
  for (let answers = 1; answers <= 12; answers++) {
    const asked = momentOf(clock);
    clock.advance(roundTripMs / 2);
    const date = seconds(clock.monotonic() + offMs - staleMs);
    clock.advance(roundTripMs / 2);
    serverClock.note({ date, asked, had: momentOf(clock) });
    const pause = serverClock.halvingPause(momentOf(clock));
    if (pause === undefined)
      return { window: serverClock.windowAt(moment), answers, time: moment.monotonic + offMs };
    expect(pause).toBeLessThanOrEqual(1_000);
    clock.advance(pause);
  }
  throw new Error('never sharp');
}

test('whole seconds of the server tell its time to a tenth of a second', () => {
  const servers = fc.record({
    offMs: fc.integer({ min: -600_000, max: 600_000 }),
    roundTripMs: fc.integer({ min: 0, max: 800 }),
    staleMs: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(servers, (server) => {
      const { window, answers, time } = sharpen(server);
      expect(answers).toBeLessThanOrEqual(10);
      expect(window.earliest).toBeLessThanOrEqual(time);
      expect(window.latest).toBeGreaterThanOrEqual(time);
      // Beside what asking takes: good clocks drift apart by less than 3 ms meanwhile.
      expect(window.latest - window.earliest).toBeLessThanOrEqual(153 + server.roundTripMs);
    }),
  );
});

const moment = (ms: number, wall = ms): Moment => ({ monotonic: ms, wall });
const ANY_TIME = { earliest: -Infinity, latest: Infinity, isSharp: false, isFair: false };

test.each([
  ['says nothing', []],
  ['has no clock', [{ date: NaN, asked: moment(1), had: moment(2) }]],
])('a server that %s tells nothing', (_, answers) => {
  const serverClock = new ServerClock();
  answers.forEach((answer) => serverClock.note(answer));
  expect(serverClock.windowAt(moment(1))).toEqual(ANY_TIME);
  expect(serverClock.halvingPause(moment(3))).toBeUndefined();
});

/** A clock that has had answers at these moments from a server whose clock is ours. */
function told(...moments: Moment[]): ServerClock {
  const serverClock = new ServerClock();
  for (const each of moments) {
    serverClock.note({ date: seconds(each.wall), asked: each, had: each });
  }
  return serverClock;
}

test('an answer bounds the time on both sides', () => {
  expect(told(moment(5_300)).windowAt(moment(4_000))).toEqual({
    earliest: 3_700 - 0.13,
    latest: 4_750 + 0.13,
    isSharp: false,
    isFair: false,
  });
});

test('answers around a full second make it sharp, for moments before and after', () => {
  const serverClock = told(moment(5_990), moment(6_000));
  expect(serverClock.windowAt(moment(6_000))).toMatchObject({ earliest: 6_000, isSharp: true });
  expect(serverClock.windowAt(moment(5_000)).isSharp).toBe(true);
});

test.each([
  [140, true, true],
  [160, false, true],
  [290, false, true],
  [310, false, false],
])('a window of %i ms is sharp: %s, fair: %s', (width, isSharp, isFair) => {
  const serverClock = told(moment(7_050 - width), moment(7_000));
  const window = serverClock.windowAt(moment(7_000));
  expect(Math.round(window.latest - window.earliest)).toBe(width);
  expect(window).toMatchObject({ isSharp, isFair });
});

test('what it is known by fades in hours', () => {
  const serverClock = told(moment(5_990), moment(6_000));
  const { earliest, latest, isSharp } = serverClock.windowAt(moment(6_000 + 3_600_000));
  expect(isSharp).toBe(false);
  expect(latest - earliest).toBeGreaterThan(700);
});

test.each([
  ['slept', moment(7_000, 607_000)],
  ['had its clock set back', moment(7_000, 6_900)],
])('when the computer %s meanwhile, nothing is known of the time before', (_, later) => {
  expect(told(moment(5_990), moment(6_000), later).windowAt(moment(6_000))).toEqual(ANY_TIME);
});

describe('an answer that contradicts those before', () => {
  const contradicted = (): ServerClock => {
    const serverClock = told(moment(5_990), moment(6_000));
    serverClock.note({ date: 9_000, asked: moment(6_500), had: moment(6_500) });
    return serverClock;
  };
  const windowOf = (serverClock: ServerClock) => {
    const { earliest, latest, isSharp } = serverClock.windowAt(moment(6_500));
    return { earliest: Math.round(earliest), latest: Math.round(latest), isSharp };
  };

  test('leaves both possible', () => {
    const { earliest, latest, isSharp } = windowOf(contradicted());
    expect([earliest, latest, isSharp]).toEqual([6_500, 10_050, false]);
  });

  test('is forgotten when the next one agrees with those before', () => {
    const serverClock = contradicted();
    serverClock.note({ date: 6_000, asked: moment(6_500), had: moment(6_500) });
    expect(windowOf(serverClock)).toEqual({ earliest: 6_500, latest: 6_560, isSharp: true });
  });

  test('is believed when the next one agrees with it', () => {
    const serverClock = contradicted();
    serverClock.note({ date: 9_000, asked: moment(6_600), had: moment(6_600) });
    expect(windowOf(serverClock)).toEqual({ earliest: 9_000, latest: 9_950, isSharp: false });
  });

  test('gives way to one that contradicts all', () => {
    const serverClock = contradicted();
    serverClock.note({ date: 3_000, asked: moment(6_500), had: moment(6_500) });
    expect(windowOf(serverClock)).toEqual({ earliest: 3_000, latest: 6_560, isSharp: false });
  });
});
