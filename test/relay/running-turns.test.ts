import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Call } from '../../src/relay/call.js';
import { RunningTurns, type RunningTurn } from '../../src/relay/running-turns.js';

test('has what was added and not taken out, as a set would', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 9 })));
  fc.assert(
    fc.property(steps, (all) => {
      const turns = Array.from({ length: 10 }, turn);
      const [running, expected] = [new RunningTurns(), new Set<RunningTurn>()];
      for (const [isIn, index] of all) {
        const each = turns[index] ?? turn();
        if (!isIn) running.delete(each);
        else if (!expected.has(each)) running.add(each);
        if (isIn) expected.add(each);
        else expected.delete(each);
      }
      expect(new Set(running)).toEqual(expected);
      expect(running.size).toBe(expected.size);
    }),
  );
});

function turn(): RunningTurn {
  return { call: {} as Call, stop: new AbortController() };
}
