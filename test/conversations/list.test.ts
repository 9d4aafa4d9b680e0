import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, ConversationFilters } from '../../src/conversations/conversation.js';
import { paginateConversations, type ListConversations } from '../../src/conversations/list.js';

const START = Date.parse('2026-01-01T00:00:00.000Z');

/** A conversation last used so many milliseconds after the start; parts of them are not shown. */
interface Stored extends Conversation {
  micros: number;
}

function stored(id: string, millis: number): Stored {
  const lastMessageAt = new Date(START + Math.floor(millis)).toISOString();
  const micros = millis * 1000;
  return { id, name: '', metadata: {}, createdAt: lastMessageAt, lastMessageAt, micros };
}

/** An API that lists the latest first, and gives at most `cap` at a time. */
function api(conversations: Stored[], { cap = Infinity, ignoresFilter = false } = {}) {
  const requests: ConversationFilters[] = [];
  const list: ListConversations = (filters) => {
    requests.push(filters);
    const bound = filters.where?.['last_message_at']?.replace('lte.', '');
    const before = bound && !ignoresFilter ? (Date.parse(bound) - START) * 1000 : Infinity;
    return Promise.resolve(
      conversations
        .filter(({ micros }) => micros <= before)
        .toSorted((a, b) => b.micros - a.micros)
        .slice(0, Math.min(filters.limit ?? Infinity, cap)),
    );
  };
  return { list, requests };
}

async function walked(list: ListConversations, first?: number) {
  const ids: string[] = [];
  let gaps = 0;
  const walk = paginateConversations(list, { where: {}, firstLimit: first, onGap: () => gaps++ });
  for await (const { id } of walk) ids.push(id);
  return { ids, gaps };
}

const many = (count: number, millis: (index: number) => number): Stored[] =>
  Array.from({ length: count }, (_, index) => stored(`c${index}`, millis(index)));

describe('walking back through conversations', () => {
  it.each([
    ['none', 0, (index: number) => index],
    ['a few', 3, (index: number) => index],
    ['many', 1234, (index: number) => index * 10],
    ['many of which several share a moment', 1000, (index: number) => Math.floor(index / 7)],
    ['more of one moment than are asked for at once', 450, () => 5],
    ['times finer than those that are shown', 700, (index: number) => index / 300],
  ])('meets each once: %s', async (_, count, millis) => {
    const { list } = api(many(count, millis));
    const { ids, gaps } = await walked(list);
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
    expect(gaps).toBe(0);
  });

  it('meets each once, whatever their times, the cap of the API and the first page are', async () => {
    const world = fc.tuple(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 150 }),
      fc.integer({ min: 60, max: 200 }),
      fc.integer({ min: 1, max: 120 }),
    );
    await fc.assert(
      fc.asyncProperty(world, async ([times, cap, first]) => {
        fc.pre(
          Math.max(0, ...times.map((time) => times.filter((each) => each === time).length)) < 20,
        );
        const { list } = api(
          times.map((time, index) => stored(`c${index}`, time)),
          { cap },
        );
        const { ids, gaps } = await walked(list, first);
        expect(ids.toSorted()).toEqual(times.map((__, index) => `c${index}`).toSorted());
        expect(gaps).toBe(0);
      }),
    );
  });

  it('says that some may be missing when an API gives fewer than there are of one moment', async () => {
    const { list } = api([...many(150, () => 5), stored('older', 1)], { cap: 100 });
    const { ids, gaps } = await walked(list);
    expect(ids).toHaveLength(101);
    expect(ids).toContain('older');
    expect(gaps).toBe(1);
  });

  it('asks for more at once with an API that ignores the filter', async () => {
    const { list, requests } = api(
      many(250, (index) => index),
      { ignoresFilter: true },
    );
    const { ids, gaps } = await walked(list);
    expect([ids.length, new Set(ids).size, gaps]).toEqual([250, 250, 0]);
    expect(requests.length).toBeLessThan(10);
  });

  it('ends with one that gives no more at once either, and says so', async () => {
    const conversations = many(250, (index) => index);
    const { list, requests } = api(conversations, { ignoresFilter: true, cap: 100 });
    const { ids, gaps } = await walked(list);
    expect([ids.length, gaps]).toEqual([100, 1]);
    expect(requests.length).toBeLessThan(10);
  });

  it('asks for no more than is taken', async () => {
    const { list, requests } = api(many(5000, (index) => index));
    for await (const { id } of paginateConversations(list, {
      where: {},
      firstLimit: 31,
      onGap: () => undefined,
    })) {
      if (id === 'c4970') break;
    }
    expect(requests).toEqual([{ limit: 31, order: 'last_message_at.desc', where: {} }]);
  });
});
