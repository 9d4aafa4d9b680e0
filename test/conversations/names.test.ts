import { describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/conversations/conversation.js';
import { isConversationId, nameOf } from '../../src/conversations/names.js';

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
