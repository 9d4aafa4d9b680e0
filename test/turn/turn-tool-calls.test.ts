import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { turnToolCalls } from '../../src/turn/turn-tool-calls.js';
import { failure } from '../helpers/failure.js';
import { message } from '../helpers/messages.js';
import { stillClock } from '../helpers/still-clock.js';

const TURN = { conversationId: 'c-1', text: 'hi', reply: 'Hello!' };
const WHOLE = ['u+1 hi', 'tool+2', 'result+3 sunny', 'a+4 Hello!'];
const FOUND = [{ name: 'look', arguments: '{}', result: 'sunny' }];

/** The tool calls that are found when the list looks so, one look after another. */
async function found(looks: (string[] | AppError)[]) {
  const clock = stillClock();
  let reads = 0;
  const getMessages = async () => {
    const look = await Promise.resolve(looks[Math.min(reads++, looks.length - 1)]);
    if (look instanceof AppError) throw look;
    return { messages: (look ?? []).map(message), total: look?.length, pages: 1 };
  };
  const { signal } = new AbortController();
  const calls = turnToolCalls({ getMessages }, TURN, { clock, signal });
  const outcome = await calls.catch((error: unknown) => failure(error).message);
  return { calls: outcome, reads, waits: clock.sleeps };
}

describe('the tool calls of a turn', () => {
  test.each<[string, (string[] | AppError)[], unknown, number]>([
    ['cost one request', [WHOLE], FOUND, 1],
    ['are none', [['u+1 hi', 'a+2 Hello!']], [], 1],
    [
      'are not those of the turn before',
      [['u-9 hi', 'tool-8', 'a-7 No', 'u+1 hi', 'a+4 Hello!']],
      [],
      1,
    ],
    ['are found when another turn has followed', [[...WHOLE, 'u+9 bye', 'a+10 Bye']], FOUND, 1],
    ['are waited for while the list lags', [[], ['u+1 hi'], WHOLE], FOUND, 3],
    [
      'are shown when the reply is kept in other words',
      [['u+1 hi', 'tool+2', 'a+4 hello']],
      [{ ...FOUND[0], result: null }],
      4,
    ],
    [
      'are not known when the turn is never listed',
      [[]],
      'the conversation does not list this turn',
      4,
    ],
    ['are not known when the list fails', [new AppError('network', 'cut off')], 'cut off', 1],
  ])('%s', async (_, looks, calls, reads) => {
    const result = await found(looks);
    expect(result).toMatchObject({ calls, reads });
    expect(result.waits).toEqual(Array.from({ length: reads - 1 }, () => 250));
  });
});
