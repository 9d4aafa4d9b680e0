import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/conversations/conversation.js';
import { openTranscript, transcript, transcriptLines } from '../../src/conversations/transcript.js';

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
