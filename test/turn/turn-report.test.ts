import { describe, expect, test } from 'vitest';
import type { ReplyEvent } from '../../src/turn/events.js';
import { createReplyText } from '../../src/turn/turn-report.js';

describe('the text of a reply', () => {
  const shown = (pieces: string[], reply: string): string => {
    const text = createReplyText();
    const timing = { firstTokenMs: 0, totalMs: 0 };
    const turn = {
      conversationId: 'c',
      reply,
      assistantId: 'a',
      newConversation: false,
      recovered: false,
      timing,
    };
    const events: ReplyEvent[] = [
      { type: 'start', conversationId: 'c', newConversation: false },
      ...pieces.map((piece) => ({ type: 'delta', text: piece }) as const),
      { type: 'done', turn },
    ];
    return events.map((event) => text.next(event)).join('');
  };
  test.each([
    ['whole', [], 'Hello', 'Hello'],
    ['in pieces', ['Hel', 'lo'], 'Hello', 'Hello'],
    ['with a late end', ['Hel'], 'Hello', 'Hello'],
    ['with other space around', ['Hello '], 'Hello\n', 'Hello '],
    ['changed', ['Hallo'], 'Hello', 'Hallo\nHello'],
    ['empty', [], '', ''],
  ])('%s', (_, pieces, reply, expected) => expect(shown(pieces, reply)).toBe(expected));

  test.each([
    [true, 'Hal', 'Hello', true],
    [true, 'Hel', 'Hello', false],
    [true, 'Hello ', 'Hello\n', false],
    [true, '', 'Hello', false],
    [false, 'Hal', 'Hello', false],
  ])('found again: %s; after %j comes %j: in its place %s', (recovered, begun, reply, expected) => {
    const text = createReplyText();
    const timing = { firstTokenMs: 0, totalMs: 0 };
    const facts = { conversationId: 'c', assistantId: 'a', newConversation: false };
    text.next({ type: 'delta', text: begun });
    expect(text.isReplaced({ type: 'delta', text: 'x' })).toBe(false);
    const done = { type: 'done', turn: { ...facts, reply, recovered, timing } } as const;
    expect(text.isReplaced(done)).toBe(expected);
  });
});
