import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/conversations/conversation.js';
import { inOrder, instant, turnsIn } from '../../src/conversations/messages.js';
import { message } from '../helpers/messages.js';

describe('messages', () => {
  const texts = (messages: readonly Message[]): string =>
    messages.map(({ text }) => text).join(' ');

  test.each([
    ['oldest first', ['u+1 a', 'a+2 b', 'u+3 c'], 'a b c'],
    ['newest first', ['u+3 c', 'a+2 b', 'u+1 a'], 'a b c'],
    ['at one time, as they come', ['u+1 a', 'tool+1 b', 'result+1 c', 'a+1 d'], 'a b c d'],
    ['at one time, newest first', ['a+9 e', 'a+1 c', 'result+1 b', 'u+1 a'], 'a b c e'],
    ['at one time, the answer first', ['a+1 b', 'u+1 a'], 'a b'],
    ['an answer with the time of the next question', ['u+1 a', 'a+2 b', 'u+2 c'], 'a b c'],
    ['in no order, questions of one time first', ['a+9 d', 'u+1 a', 'a+5 c', 'u+5 b'], 'a b c d'],
    ['what follows an answer at one time', ['u+1 a', 'a+2 b', 'a+3 d', 'u+3 c'], 'a b c d'],
  ])('are in order: %s', (_, lines, expected) => {
    expect(texts(inOrder(lines.map(message)))).toBe(expected);
  });

  test('are by the time they were sent, else made', () => {
    const [early, late] = [message('u+1 early'), message('u+2 late')];
    expect(texts(inOrder([{ ...late, createdAt: early.createdAt }, early]))).toBe('early late');
    expect(texts(inOrder([{ ...late, sentAt: '' }, early]))).toBe('early late');
  });

  test.each([
    [
      ['u+1 a', 'a+2 b', 'u+3 c', 'a+4 d'],
      ['a b', 'c d'],
    ],
    [
      ['u+1 a', 'u+2 b'],
      ['a', 'b'],
    ],
    [
      ['a+1 a', 'a+2 b', 'u+3 c'],
      ['a b', 'c'],
    ],
    [[], []],
  ])('by turns: %j', (lines, expected) => {
    expect(turnsIn(lines.map(message)).map(texts)).toEqual(expected);
  });
});

describe('a time of the API', () => {
  const NOON = Date.parse('2026-01-01T12:00:00Z');
  test.each([
    ['2026-01-01T12:00:00Z', NOON],
    ['2026-01-01T12:00:00z', NOON],
    ['2026-01-01T12:00:00', NOON],
    ['2026-01-01T12:00:00.000000', NOON],
    ['2026-01-01T14:00:00+02:00', NOON],
    ['2026-01-01T10:30:00-0130', NOON],
    ['', 0],
    ['noon', 0],
  ])('%j', (time, expected) => {
    expect(instant(time)).toBe(expected);
  });
});
