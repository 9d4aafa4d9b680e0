import fc from 'fast-check';
import { expect, test } from 'vitest';
import { momentOf, SentWindow } from '../../../src/core/delivery/sent-window.js';
import { stillClock } from '../../helpers/still-clock.js';

/** Looks until the window is sharp, at a server whose clock is off by so much. */
function sharpen({
  offMs,
  roundTripMs,
  staleMs,
}: Record<'offMs' | 'roundTripMs' | 'staleMs', number>) {
  const clock = stillClock();
  clock.advance(offMs % 977);
  const sentByServer = clock.monotonic() + offMs;
  const window = new SentWindow(momentOf(clock));
  for (let looks = 1; looks <= 12; looks++) {
    const asked = momentOf(clock);
    clock.advance(roundTripMs / 2);
    const serverTime = Math.floor((clock.monotonic() + offMs - staleMs) / 1_000) * 1_000;
    clock.advance(roundTripMs / 2);
    window.narrow({ serverTime }, asked, momentOf(clock));
    const pause = window.halvingPause(momentOf(clock));
    if (pause === undefined) return { window, looks, sentByServer };
    expect(pause).toBeLessThanOrEqual(1_000);
    clock.advance(pause);
  }
  throw new Error('never sharp');
}

test('whole seconds of the server tell when a turn was sent, to a tenth of a second', () => {
  const numbers = fc.record({
    offMs: fc.integer({ min: 0, max: 600_000 }),
    roundTripMs: fc.integer({ min: 0, max: 800 }),
    staleMs: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(numbers, (server) => {
      const { window, looks, sentByServer } = sharpen(server);
      expect(looks).toBeLessThanOrEqual(10);
      expect(window.earliest).toBeLessThanOrEqual(sentByServer);
      expect(window.latest).toBeGreaterThanOrEqual(sentByServer);
      expect(window.latest - window.earliest).toBeLessThanOrEqual(150 + server.roundTripMs);
    }),
  );
});

test('a server without a clock tells nothing', () => {
  const window = new SentWindow({ monotonic: 0, wall: 0 });
  window.narrow({ serverTime: undefined }, { monotonic: 1, wall: 1 }, { monotonic: 2, wall: 2 });
  expect([window.earliest, window.latest, window.isSharp]).toEqual([-Infinity, Infinity, false]);
  expect(window.halvingPause({ monotonic: 3, wall: 3 })).toBeUndefined();
});

test('a computer that slept meanwhile never has a sharp window', () => {
  const window = new SentWindow({ monotonic: 0, wall: 0 });
  const moment = (ms: number) => ({ monotonic: ms, wall: ms + 600_000 });
  for (let ms = 0; ms < 5_000; ms += 90) {
    window.narrow(
      { serverTime: Math.floor((ms + 600_000) / 1_000) * 1_000 },
      moment(ms),
      moment(ms),
    );
  }
  expect([window.isSharp, window.earliest <= 0]).toEqual([false, true]);
});
