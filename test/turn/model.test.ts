import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check, script } from './model.js';

/** `npm run soak` has many more. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 300);
const SEED = process.env['MODEL_SEED'];

test(
  `whatever a server does to turns, each is delivered once (${RUNS} runs)`,
  { timeout: 600_000 },
  async () => {
    const property = fc.asyncProperty(script, async (each) => {
      expect(await check(each)).toEqual([]);
    });
    await fc.assert(property, { numRuns: RUNS, ...(SEED ? { seed: Number(SEED) } : {}) });
  },
);
