import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/conversations/conversation.js';
import {
  openTranscript,
  transcript,
  transcriptLines,
  toolCallLine,
  toolCallsIn,
} from '../../src/conversations/transcript.js';
import { displayWidth } from '../../src/base/text/width.js';
import { messageOf } from '../chat/scene.js';

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
    expect(transcript(conversation, messages, openTranscript('md'))).toBe(
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
    expect(transcript({ ...conversation, name: '' }, messages, openTranscript('txt'))).toBe(
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
    const text = transcript(conversation, messages, openTranscript('json'));
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

const calling = (...names: string[]) => ({
  role: 'assistant',
  toolCalls: names.map((name) => ({ id: name, name, arguments: '{}' })),
});
const answered = (text: string) => ({ role: 'tool', text });

describe('tool calls', () => {
  test.each([
    ['one after another', [calling('a'), answered('1'), calling('b'), answered('2')], 'a=1 b=2'],
    ['several at once', [calling('a', 'b'), answered('1'), answered('2')], 'a=1 b=2'],
    ['a call that nothing answers', [calling('hangup')], 'hangup=null'],
    ['one that is answered after it', [calling('a'), calling('b'), answered('2')], 'a=null b=2'],
    ['a late answer', [calling('a'), calling('b'), answered('2'), answered('1')], 'a=1 b=2'],
    ['an answer to no call', [answered('1'), { role: 'assistant', text: 'hi' }], ''],
    ['none', [], ''],
  ])('have their results: %s', (_, messages, expected) => {
    const calls = toolCallsIn(messages.map(messageOf));
    expect(calls.map(({ name, result }) => `${name}=${result}`).join(' ')).toBe(expected);
  });
});

describe('a tool call as a line', () => {
  const line = (columns: number | undefined, args: string, result: string | null) =>
    toolCallLine({ name: 'get_order', arguments: args, result }, { columns, arrow: '→' });
  const ARGS = '{"id":"4711"}';
  const RESULT = '{"state":"shipped"}';

  test.each([
    [80, ARGS, RESULT, 'get_order {"id":"4711"} → {"state":"shipped"}'],
    [45, ARGS, RESULT, 'get_order {"id":"4711"} → {"state":"shipped"}'],
    [44, ARGS, RESULT, 'get_order {"id":"4711"} → {"state":"shipped…'],
    [40, `"${'x'.repeat(99)}"`, RESULT, 'get_order "xxxxxxxxxxxxxxxx… → {"state"…'],
    [40, `"${'x'.repeat(99)}"`, 'ok', 'get_order "xxxxxxxxxxxxxxxxxxxxxxx… → ok'],
    [24, `["${'漢字'.repeat(9)}"]`, '漢', 'get_order ["漢字漢… → 漢'],
    [12, ARGS, RESULT, 'get_order {…'],
    [4, ARGS, RESULT, 'get…'],
    [80, '', RESULT, 'get_order → {"state":"shipped"}'],
    [80, ARGS, null, 'get_order {"id":"4711"}'],
    [80, ARGS, '', 'get_order {"id":"4711"} → '],
    [80, '{\n  "id": 4711\n}', 'a\x1b[2J\u202eb\nc', 'get_order { "id": 4711 } → ab c'],
    [undefined, `"${'x'.repeat(200)}"`, null, `get_order "${'x'.repeat(200)}"`],
  ])('fits into %s cells: %j %j', (columns, args, result, expected) => {
    const shown = line(columns, args, result);
    expect(shown.replace(/(?<=[ ]) +/g, '')).toBe(expected);
    expect(displayWidth(shown)).toBeLessThanOrEqual(columns ?? Infinity);
  });

  test('has a plain arrow for a screen reader, and a name in any case', () => {
    const call = { name: '\x07', arguments: '{}', result: '1' };
    expect(toolCallLine(call, { arrow: '->' })).toBe('unnamed tool {} -> 1');
  });
});
