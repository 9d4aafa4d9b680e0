import { describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/conversations/conversation.js';
import {
  checkedName,
  firstWords,
  isConversationId,
  nameOf,
} from '../../src/conversations/metadata.js';

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

describe('the first words of a message', () => {
  const SENTENCE = 'When do you open on Sundays, and is there parking for a big caravan?';

  test.each<[string, string | undefined]>([
    ['hello', 'hello'],
    ['  hello\n\n\tthere\u00a0you \r\n', 'hello there you'],
    [SENTENCE, 'When do you open on Sundays, and is there parking for a big…'],
    [SENTENCE.slice(0, 59), SENTENCE.slice(0, 59)],
    [`${'x'.repeat(59)} y`, `${'x'.repeat(59)}…`],
    [`ab ${'x'.repeat(90)}`, `ab ${'x'.repeat(56)}…`],
    [`one two three four five six seven ${'x'.repeat(90)}`, 'one two three four five six seven…'],
    ['漢'.repeat(61), `${'漢'.repeat(59)}…`],
    ['👍'.repeat(61), `${'👍'.repeat(59)}…`],
    ['\x1b]0;title\x07red \x1b[31mtext\u202e\0', 'red text'],
    ['\ud800', '\ufffd'],
    [`${'\n'.repeat(5000)}late`, 'late'],
    ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', undefined],
    ['\x1b[31m', undefined],
    [' ', undefined],
  ])('are one safe line: %j', (text, expected) => {
    const name = firstWords(text);
    expect(name).toBe(expected);
    expect(Array.from(name ?? '').length).toBeLessThanOrEqual(60);
    if (name !== undefined) expect(checkedName(name)).toBe(name);
  });

  test('of a megabyte take no time', () => {
    const started = performance.now();
    firstWords('a'.repeat(1024 * 1024));
    firstWords(' '.repeat(1024 * 1024));
    expect(performance.now() - started).toBeLessThan(100);
  });
});
