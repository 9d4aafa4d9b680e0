import type { History, Message } from '../../src/conversations/conversation.js';

/** When the turn that a test is about was sent, by the server's clock. */
export const SENT = Date.parse('2026-01-01T12:00:00.000Z');

/**
 * A message as a line: whose, when in milliseconds since the turn was sent, what. `u+20 hello`,
 * `a+900 Hi!`, `tool+500` (the assistant calls a tool), `result+600 sunny`.
 */
export function message(line: string): Message {
  const [, who = '', at = '', text = ''] = /^([a-z]+)([+-]\d+) ?(.*)$/s.exec(line) ?? [];
  const time = new Date(SENT + Number(at)).toISOString();
  const role = { u: 'user', a: 'assistant', tool: 'assistant', result: 'tool' }[who] ?? who;
  const call = { id: 'call-1', name: 'look', arguments: '{}' };
  return { role, text, createdAt: time, sentAt: time, toolCalls: who === 'tool' ? [call] : [] };
}

export function listOf(lines: readonly string[], more: Partial<History> = {}): History {
  return { messages: lines.map(message), isComplete: true, ...more };
}
