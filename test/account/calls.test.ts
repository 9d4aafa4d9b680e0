import { expect, it } from 'vitest';
import { askerOf } from '../../src/account/calls.js';
import { apiClient } from '../helpers/api-client.js';
import { stillClock } from '../helpers/still-clock.js';

it.each([
  [120_000, undefined, 120_000],
  [120_000, 10_000, 10_000],
  [5_000, 10_000, 5_000],
])(
  'a call with a timeout of %d ms and a bound of %s takes up to %d ms',
  async (value, maxMs, expected) => {
    const settings = { timeoutMs: { value, origin: { source: 'default', detail: '' } } } as const;
    const account = { client: apiClient('http://127.0.0.1:1'), settings };
    const context = { clock: stillClock(), signal: new AbortController().signal };
    const ask = askerOf(account, context, maxMs);
    expect(await ask((_, { timeoutMs }) => Promise.resolve(timeoutMs))).toBe(expected);
  },
);
