import { expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { paced } from '../../src/base/side-by-side.js';
import { manualClock } from '../helpers/manual-clock.js';

it('lets all wait once for what the API asks one of them', async () => {
  const clock = manualClock();
  const { signal } = new AbortController();
  const run = paced({ clock, signal, timeoutMs: 30_000 });
  let requests = 0;
  const request = (): Promise<string> =>
    ++requests <= 2
      ? Promise.reject(new AppError('rate_limited', 'slow', { status: 429, retryAfterMs: 3_000 }))
      : Promise.resolve('answer');
  const first = [run(request), run(request)];
  await clock.advance(0);
  const later = run(request);
  await clock.advance(2_999);
  expect({ requests, waiting: clock.waiting }).toEqual({ requests: 2, waiting: 1 });
  await clock.advance(1);
  expect(await Promise.all([...first, later])).toEqual(['answer', 'answer', 'answer']);
  expect(requests).toBe(5);
});
