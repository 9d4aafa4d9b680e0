import type * as Crypto from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { tokenCheck } from '../../src/relay/exposure/credentials.js';

const compared = vi.hoisted(() => vi.fn<(known: number, shown: number) => void>());

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof Crypto>();
  return {
    ...crypto,
    timingSafeEqual(known: Buffer, shown: Buffer): boolean {
      compared(known.length, shown.length);
      return crypto.timingSafeEqual(known, shown);
    },
  };
});

beforeEach(() => compared.mockClear());

const tokens = [
  { name: 'ada', secret: 'first' },
  { name: 'bob', secret: 'a-much-longer-second-token' },
  { secret: 'third' },
];

test.each([
  ['the first', 'Bearer first', 'ada'],
  ['the second', 'Bearer a-much-longer-second-token', 'bob'],
  ['the last', 'Bearer third', expect.stringMatching(/^token-[\da-f]{12}$/) as string],
  ['almost one', 'Bearer firs', undefined],
  ['a very long one', `Bearer ${'x'.repeat(10_000)}`, undefined],
  ['another scheme', 'Basic first', undefined],
  ['nothing', undefined, undefined],
])('%s: all tokens are looked at, as digests of one length', (_, shown, caller) => {
  expect(tokenCheck(tokens)(shown)).toEqual(caller);
  expect(compared.mock.calls).toEqual([
    [32, 32],
    [32, 32],
    [32, 32],
  ]);
});
