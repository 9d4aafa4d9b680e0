import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import type { Conversation, ConversationFilters } from '../../src/conversations/conversation.js';
import {
  conversationIdFor,
  foundOrUndefined,
  type FindScope,
} from '../../src/conversations/find.js';
import { failureOf } from '../helpers/failure.js';

const USED = '2026-01-31T09:00:00Z';
const CONVERSATIONS = [
  conversation('c-1', { name: 'old', metadata: { telnyx_chat_name: 'Trip', assistant_id: 'a-1' } }),
  conversation('c-2', { name: 'Twin', lastMessageAt: USED, metadata: { assistant_id: 'a-1' } }),
  conversation('c-3', { name: 'Twin', createdAt: USED, metadata: { assistant_id: 'a-2' } }),
  // Found by both of its names, and one conversation all the same.
  conversation('c-4', { name: 'Both', metadata: { telnyx_chat_name: 'Both' } }),
];

describe('an id or a name', () => {
  test.each<[string, string, FindScope?]>([
    ['Trip', 'c-1'],
    ['Both', 'c-4'],
    ['c-2', 'c-2'],
    ['Twin', 'c-2', { only: 'a-1' }],
    ['Twin', 'c-3', { only: 'a-2' }],
    ['Twin', 'c-3', { preferred: 'a-2' }],
    ['Trip', 'c-1', { preferred: 'a-2' }],
  ])('%j means %j, %j', async (idOrName, expected, scope) => {
    expect(await conversationIdFor(idOrName, account(), scope)).toBe(expected);
  });

  test('costs no request when it is a UUID', async () => {
    const id = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    const { asked, ...finder } = account();
    expect(await conversationIdFor(id, finder)).toBe(id);
    expect(asked).toEqual([]);
  });

  test.each<[string, FindScope?]>([
    // The name it was made with is hidden by the one given here.
    ['old'],
    ['Trip', { only: 'a-2' }],
    ['no such'],
    ['..'],
    ['a/b'],
  ])('%j, %j is not there', async (idOrName, scope) => {
    expect(await failureOf(conversationIdFor(idOrName, account(), scope))).toEqual({
      kind: 'not_found',
      message: `no conversation is named ${JSON.stringify(idOrName)}`,
      hint: scope?.only
        ? 'telnyx-chat conversations list -a a-2 shows the names; one of another assistant is found by its id'
        : 'telnyx-chat conversations list --all shows their ids and names',
    });
  });

  test.each(['no such', '..', 'a/b', 'x'.repeat(181)])(
    'that can be no id is never asked for as one: %j',
    async (name) => {
      const { asked, ...finder } = account();
      await failureOf(conversationIdFor(name, finder));
      expect(asked.map(([call]) => call)).toEqual(['list', 'list']);
    },
  );

  test.each(['', ' ', 'a\nb', 'a\x1bb', 'x'.repeat(501)])(
    'is refused before any request: %j',
    async (text) => {
      const { asked, ...finder } = account();
      expect(await failureOf(conversationIdFor(text, finder))).toEqual({
        kind: 'usage',
        message: `${JSON.stringify(text)} is neither an id nor a name`,
        hint: 'give the id or the name of a conversation',
      });
      expect(asked).toEqual([]);
    },
  );

  test.each<[string, FindScope?]>([['two have'], ['two have', { preferred: 'a-9' }]])(
    'that %s says which, %j',
    async (_, scope) => {
      expect(await failureOf(conversationIdFor('Twin', account(), scope))).toEqual({
        kind: 'usage',
        message: '2 conversations are named "Twin"',
        hint: 'use an id: c-2 (2026-01-31T09:00), c-3 (2026-01-31T09:00)',
      });
    },
  );

  test.each([
    [8, '8 conversations are named "Many"', 'n-7 ()'],
    [9, '9 conversations are named "Many"', 'n-7 (), …'],
    [20, 'at least 20 conversations are named "Many"', 'n-7 (), …'],
    [30, 'at least 20 conversations are named "Many"', 'n-7 (), …'],
  ])('that %d have names eight', async (count, message, end) => {
    const many = Array.from({ length: count }, (_, index) =>
      conversation(`n-${index}`, { name: 'Many' }),
    );
    const failure = await failureOf(conversationIdFor('Many', account(many)));
    expect(failure).toMatchObject({ kind: 'usage', message });
    expect(failure.hint).toMatch(/^use an id: n-0 \(\), n-1/);
    expect(failure.hint?.endsWith(end)).toBe(true);
  });
});

describe('what may not be there', () => {
  test('is undefined only when it is not', async () => {
    const failed = new AppError('network', 'lost');
    expect(await foundOrUndefined(Promise.resolve('it'))).toBe('it');
    expect(
      await foundOrUndefined<string>(Promise.reject(new AppError('not_found', 'no'))),
    ).toBeUndefined();
    await expect(foundOrUndefined(Promise.reject(failed))).rejects.toBe(failed);
  });
});

function conversation(id: string, more: Partial<Conversation>): Conversation {
  return { id, name: '', metadata: {}, createdAt: '', lastMessageAt: '', ...more };
}

/** Lists and gets as the API does, and writes down what was asked. */
function account(all = CONVERSATIONS) {
  const asked: [call: string, ...unknown[]][] = [];
  return {
    asked,
    list(filters: ConversationFilters): Promise<Conversation[]> {
      asked.push(['list', filters]);
      const found = all.filter((each) => matches(each, filters.where ?? {}));
      return Promise.resolve(found.slice(0, filters.limit));
    },
    get(id: string): Promise<Conversation> {
      asked.push(['get', id]);
      const found = all.find((each) => each.id === id);
      return found ? Promise.resolve(found) : Promise.reject(new AppError('not_found', id));
    },
  };
}

function matches({ name, metadata }: Conversation, where: Record<string, string>): boolean {
  return Object.entries(where).every(([column, value]) => {
    const has = column === 'name' ? name : metadata[column.replace('metadata->', '')];
    return `eq.${has}` === value;
  });
}
