import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/conversations/conversation.js';
import { ConversationCounts, sparkline, Stats } from '../../src/conversations/stats.js';
import { messageOf } from '../chat/scene.js';

const CONVERSATION = {
  ...{ id: 'c-1', name: '', lastMessageAt: '' },
  createdAt: '2026-01-31T23:59:00Z',
  metadata: { telnyx_conversation_channel: 'phone_call', ai_disabled: 'true' },
};

const said = (role: string, minute: number, text: string): Message =>
  messageOf({ role, text }, minute);

const calls = (minute: number, count: number): Message => {
  const call = { id: '', name: 'look_up', arguments: '{}' };
  return messageOf(
    { role: 'assistant', toolCalls: Array.from({ length: count }, () => call) },
    minute,
  );
};

function counted(...batches: Message[][]) {
  const counts = new ConversationCounts(CONVERSATION);
  for (const batch of batches) counts.add(batch);
  return counts.finished();
}

describe('the counts of a conversation', () => {
  it('are those of its messages', () => {
    const messages = [
      ...[said('assistant', 0, 'Hello!'), said('user', 1, 'When?'), said('user', 2, 'Today?')],
      ...[said('assistant', 3, 'One moment.'), calls(4, 2), said('tool', 5, '{"error":"down"}')],
      ...[said('tool', 5, '{"opens":10}'), said('assistant', 6, 'At ten.')],
      ...[said('user', 10, 'Thanks'), said('assistant', 12, 'Bye.'), said('user', 13, 'Bye')],
    ];
    const counts = {
      ...{ day: '2026-01-31', channel: 'phone_call', conversations: 1, takenOver: 1 },
      ...{ turns: 4, toolCalls: 2, failedToolCalls: 1, withInsights: 0 },
      firstReplyMs: [120_000, 120_000],
      answerMs: [300_000, 120_000],
    };
    expect(counted(messages)).toEqual(counts);
    expect(counted(messages.toReversed())).toEqual(counts);
    expect(counted(messages.slice(0, 5), messages.slice(5))).toEqual(counts);
  });

  it.each([
    ['{"error":"not found"}', 1],
    ['{"errors":[]}', 0],
    ['{"error":null,"status":"shipped"}', 0],
    ['{"status":"failed"}', 1],
    ['{"status_code":503}', 1],
    ['{"success":false}', 1],
    ['Error: no such order', 1],
    ['There was no error', 0],
    ['[]', 0],
  ])('take %j for %d failed tool calls', (result, failed) => {
    const messages = [said('user', 0, 'x'), calls(1, 1), said('tool', 2, result)];
    expect(counted(messages).failedToolCalls).toBe(failed);
  });
});

it('counts of many are summed by day and channel, with the days between', () => {
  const stats = new Stats();
  const one = counted([said('user', 0, 'x')]);
  stats.add(one);
  stats.add({ ...one, channel: 'sms_chat' });
  stats.add({ ...one });
  stats.add({ ...one, day: '2026-02-02' });
  expect(stats.rows().map((row) => [row.day, row.channel, row.conversations])).toEqual([
    ['2026-01-31', 'phone_call', 2],
    ['2026-01-31', 'sms_chat', 1],
    ['2026-02-02', 'phone_call', 1],
  ]);
  expect(stats.days()).toEqual([
    ['2026-01-31', 3],
    ['2026-02-01', 0],
    ['2026-02-02', 1],
  ]);
  expect(stats.channels()).toEqual([
    ['phone_call', 3],
    ['sms_chat', 1],
  ]);
  expect(stats.total()).toMatchObject({ conversations: 4, turns: 4 });
});

it.each([
  [[], 10, ''],
  [[0, 1, 8, 4], 10, ' ▁█▄'],
  [[1, 1, 0, 0, 3, 1], 3, '▄ █'],
])('a line of bars for %j in %d cells', (values, cells, line) => {
  expect(sparkline(values, cells)).toBe(line);
});
