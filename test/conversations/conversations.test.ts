import { describe, expect, test } from 'vitest';
import { percentile } from '../../src/chat/report-commands.js';
import type { Conversation, Message } from '../../src/conversations/conversation.js';
import { allMessages, inOrder, instant, lastTurn } from '../../src/conversations/messages.js';
import { isConversationId, nameOf } from '../../src/conversations/names.js';
import { transcript, transcriptLines } from '../../src/conversations/transcript.js';
import { age } from '../../src/text/age.js';
import { message } from '../helpers/messages.js';

describe('how long ago', () => {
  const NOW = new Date('2026-01-01T00:00:00Z');
  test.each([
    [-5, 'just now'],
    [9.9, 'just now'],
    [10, '10 s ago'],
    [59.9, '59 s ago'],
    [60, '1 min ago'],
    [3_599, '59 min ago'],
    [3_600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [364.9 * 86_400, '364 d ago'],
    [365 * 86_400, '1 y ago'],
    [800 * 86_400, '2 y ago'],
  ])('%d s: %s', (seconds, words) => {
    expect(age(new Date(NOW.getTime() - seconds * 1000).toISOString(), NOW)).toBe(words);
  });

  test.each(['', 'yesterday'])('%j is no time', (time) => {
    expect(age(time, NOW)).toBe('');
  });
});

describe('times', () => {
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

  test.each<[number[], number, number | undefined]>([
    [[], 0.5, undefined],
    [[7], 0, 7],
    [[7], 0.95, 7],
    [[30, 10, 20], 0.5, 20],
    [[30, 10, 20, 40], 0.5, 20],
    [[3, 1, 2], 1, 3],
  ])('of %j, the share %d', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});

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

  test('are put together from pages', async () => {
    async function* pages(): AsyncGenerator<Message[]> {
      yield await Promise.resolve([message('u+3 c')]);
      yield [message('a+2 b'), message('u+1 a')];
    }
    expect(texts(await allMessages(pages()))).toBe('a b c');
  });

  test.each([
    [['u+1 a', 'a+2 b', 'u+3 c', 'a+4 d'], 'c d'],
    [['a+1 a', 'a+2 b'], 'a b'],
    [[], ''],
  ])('of the last turn: %j', (lines, expected) => {
    expect(texts(lastTurn(lines.map(message)))).toBe(expected);
  });
});

describe('a transcript', () => {
  const call = { id: '1', name: 'look', arguments: '{"at":1}' };
  const messages: Message[] = [
    { role: 'user', text: 'one\ntwo', sentAt: 'noon', createdAt: 'later', toolCalls: [] },
    { role: 'assistant', text: '', sentAt: '', createdAt: 'later', toolCalls: [call, call] },
    { role: 'tool', text: 'seen', sentAt: '', createdAt: '', toolCalls: [] },
    { role: 'assistant', text: 'so', sentAt: '', createdAt: '', toolCalls: [call] },
  ];
  const times = { createdAt: 'morning', lastMessageAt: 'noon' };
  const conversation = { id: 'c-1', name: 'Trip', metadata: {}, ...times };

  test('in Markdown', () => {
    expect(transcript(conversation, messages, 'md')).toBe(
      [
        '# Trip\n\nc-1\n',
        '## user, noon\n\none\ntwo\n',
        '## assistant, later\n\n`look({"at":1})`\n\n`look({"at":1})`\n',
        '## tool\n\nseen\n',
        '## assistant\n\nso\n\n`look({"at":1})`\n',
      ].join('\n'),
    );
  });

  test('as text', () => {
    expect(transcript({ ...conversation, name: '' }, messages, 'txt')).toBe(
      [
        'Conversation c-1\nc-1\n',
        'user, noon:\none\ntwo\n',
        'assistant, later:\nlook({"at":1})\n\nlook({"at":1})\n',
        'tool:\nseen\n',
        'assistant:\nso\n\nlook({"at":1})\n',
      ].join('\n'),
    );
  });

  test('in JSON, a message a line', () => {
    const text = transcript(conversation, messages, 'json');
    const { messages: listed, ...about } = JSON.parse(text) as { messages: object[] };
    expect(about).toEqual({
      ...{ id: 'c-1', name: 'Trip', assistant_id: null, channel: null, with: null },
      ...{ ai_disabled: false, created_at: 'morning', last_message_at: 'noon', metadata: {} },
    });
    expect(listed).toEqual(
      messages.map(({ role, text, sentAt, createdAt, toolCalls }) => ({
        ...{ role, text, sent_at: sentAt || null, created_at: createdAt || null },
        tool_calls: toolCalls,
      })),
    );
    expect(text.split('\n')).toHaveLength(messages.length + 3);
  });

  test('on a terminal, safely', () => {
    const hostile: Message[] = [
      ...messages,
      {
        role: `re\x1b[2Jviewer ${'x'.repeat(20)}`,
        text: 'a\x1b[2Jb',
        sentAt: '',
        createdAt: '',
        toolCalls: [{ id: '', name: 'n\n\x07', arguments: 'y'.repeat(501) }],
      },
      { role: 'assistant', text: '', sentAt: '', createdAt: '', toolCalls: [] },
    ];
    expect(transcriptLines(hostile)).toEqual([
      'you: one',
      '  two',
      'assistant: calls look({"at":1})',
      '  calls look({"at":1})',
      'tool: seen',
      'assistant: so',
      '  calls look({"at":1})',
      `reviewer ${'x'.repeat(10)}…: ab`,
      `  calls n(${'y'.repeat(499)}…)`,
      'assistant: ',
    ]);
  });
});

describe('the name of a conversation', () => {
  test.each<[Partial<Conversation>, string]>([
    [{ name: 'old', metadata: { telnyx_chat_name: 'Trip' } }, 'Trip'],
    [{ name: 'old' }, 'old'],
    [{}, ''],
  ])('is the one given here, else the one it was made with: %j', (some, name) => {
    const conversation = { id: 'c-1', name: '', metadata: {}, createdAt: '', lastMessageAt: '' };
    expect(nameOf({ ...conversation, ...some })).toBe(name);
  });

  test('is never what can be nothing but an id', () => {
    const id = '6BA7B810-9dad-11d1-80b4-00c04fd430c8';
    expect(isConversationId(id)).toBe(true);
    for (const almost of [`${id}0`, `x${id}`, id.slice(1), id.replace('-', ''), 'Trip']) {
      expect(isConversationId(almost)).toBe(false);
    }
  });
});
