import { describe, expect, test } from 'vitest';
import { toolCallLine, toolCallsIn } from '../../src/conversations/tool-calls.js';
import { displayWidth } from '../../src/text/width.js';
import { messageOf } from '../chat/scene.js';

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
