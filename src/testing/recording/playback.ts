import { AppError } from '../../base/errors.js';
import { checksOf, type ChatFile } from '../chat-file/chat-file.js';
import { fill, namesIn } from '../chat-file/values.js';
import { evaluate } from '../checks/evaluate.js';
import type { Observation } from '../checks/check.js';

/**
 * The messages of a file, one after another. Each is given the reply to the one before, of which `keep` may
 * take a value for a later message. Throws `usage` where a value is missing.
 */
export function* playback({ cases, variables }: ChatFile): Generator<string, void, string> {
  for (const test of cases) {
    const kept = new Map(variables);
    for (const turn of test.turns) {
      const message = fill(turn.message, kept);
      assertFilled(message);
      const observation = observed(yield message, kept);
      for (const { check } of checksOf(test, turn)) {
        const value = check.type === 'keep' ? evaluate(check, observation).kept : undefined;
        if (value) kept.set(value.name, value.value);
      }
    }
  }
}

export function messageCount({ cases }: ChatFile): number {
  return cases.reduce((sum, { turns }) => sum + turns.length, 0);
}

function assertFilled(message: string): void {
  const [missing] = namesIn(message);
  if (!missing) return;
  throw new AppError('usage', `no reply had a value for {{${missing.name}}}`, {
    hint: 'its keep check did not match',
  });
}

function observed(reply: string, variables: ReadonlyMap<string, string>): Observation {
  const unknown = { unknown: 'it is not looked at' };
  return {
    reply: { value: reply },
    isSilent: false,
    firstWordMs: unknown,
    totalMs: unknown,
    tools: unknown,
    metadata: unknown,
    reference: '',
    variables,
  };
}
