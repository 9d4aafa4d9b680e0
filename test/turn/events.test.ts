import { describe, expect, test } from 'vitest';
import { checkedMessage } from '../../src/turn/events.js';
import { failureFrom } from '../helpers/failure.js';

describe('a message', () => {
  test.each([
    'hi',
    ' hi \n',
    '/help',
    '--flag',
    '@file',
    '{"a":1}',
    'é☕',
    '\u001b[31m',
    'x'.repeat(1024 * 1024),
    '\uFEFF.',
  ])('is sent as it is: %#', (text) => expect(checkedMessage(text)).toBe(text));

  const blank = {
    message: 'message is required',
    hint: 'it is blank: check the variable or the command it comes from',
  };
  const long = {
    message: 'the message is longer than 1 MiB',
    hint: 'split it into several messages of one conversation',
  };
  test.each<[string, string, object]>([
    ['empty', '', blank],
    ['blank', ' \t\r\n\u00a0\u2003\uFEFF', blank],
    [
      'with a NUL',
      'a\0b',
      {
        message: 'the message contains a NUL byte',
        hint: 'send text; a NUL byte usually means that the input is a binary file',
      },
    ],
    ['too long', 'x'.repeat(1024 * 1024 + 1), long],
    ['too long in bytes', 'é'.repeat(512 * 1024 + 1), long],
  ])('is refused: %s', (_, text, expected) => {
    expect(failureFrom(() => checkedMessage(text))).toEqual({ kind: 'usage', ...expected });
  });
});
