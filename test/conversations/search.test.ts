import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { sideBySide } from '../../src/base/side-by-side.js';
import type { Conversation, Message } from '../../src/conversations/conversation.js';
import { excerptOf, readFirstWords } from '../../src/conversations/excerpt.js';
import type { ReadManyPorts } from '../../src/conversations/read-many.js';
import {
  searchConversations,
  wordMatcher,
  wordsIn,
  wordsOf,
  type SearchedConversation,
} from '../../src/conversations/search.js';
import { timedPattern } from '../../src/conversations/timed-pattern.js';
import { messageOf } from '../chat/scene.js';

const conversation = (id: string, lastMessageAt: string, name = ''): Conversation => ({
  ...{ id, name, lastMessageAt },
  metadata: {},
  createdAt: lastMessageAt,
});

const message = (role: string, text: string, minute: number): Message => ({
  ...{ role, text, toolCalls: [], createdAt: '' },
  sentAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function* given<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

describe('phrases', () => {
  it.each([
    ['"my name" ada', ['my name', 'ada']],
    ['ada "my name"', ['ada', 'my name']],
    ['my "name"', ['my', 'name']],
    ['{"day":"Sunday"} "day":"Sunday" now', ['{"day":"Sunday"}', '"day":"Sunday"', 'now']],
    ['5" or 6" "open', ['5"', 'or', '6"', '"open']],
    ['"" " "', ['""', '"', '"']],
  ])('%s has the words %j', (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });

  it.each([
    [
      ['"my name" ada', 'speak to'],
      ['my name', 'ada', 'speak to'],
    ],
    [['say "day":"Sunday"'], ['say "day":"Sunday"']],
  ])('%j of a shell are the words %j', (operands, words) => {
    expect(wordsOf(operands)).toEqual(words);
  });
});

describe('words', () => {
  it.each([
    [
      'opening hours',
      'Your OPENING times and hours.',
      [
        [5, 12],
        [23, 28],
      ],
    ],
    ['opening hours', 'Opening times only.', []],
    ['straße', 'In der Straße', [[7, 13]]],
    ['a.b', 'a.b but not aXb', [[0, 3]]],
    ['an ana', 'banana', [[1, 5]]],
    [
      '-5 c++ (x)',
      'c++ (x) is -5',
      [
        [0, 3],
        [4, 7],
        [11, 13],
      ],
    ],
  ])('%s in %s', (words, text, spans) => {
    expect(wordMatcher(words.split(' '))([text])).toEqual([spans]);
  });

  it('of a phrase are found over a line break', () => {
    expect(wordMatcher(['opening hours'])(['the opening\nhours'])).toEqual([[[4, 17]]]);
  });
});

describe('a regular expression', () => {
  it('is found in each text', () => {
    const match = timedPattern('\\d{4}|x*');
    expect(match(['order 4711', 'axx', 'no'])).toEqual([[[6, 10]], [[1, 3]], []]);
  });

  it.each(['(', 'a{2,1}'])('%s is refused', (source) => {
    expect(() => timedPattern(source)).toThrow(/bad --regex/);
  });

  it('that never ends is stopped, and its text is named as the reason', () => {
    const match = timedPattern('^(a+)+$');
    expect(match(['aaa', 'b'])).toEqual([[[0, 3]], []]);
    expect(() => match(['fine', `${'a'.repeat(50)}!`])).toThrow(/takes over 1 s on one message/);
  });
});

describe('an excerpt', () => {
  const shown = (text: string, words: string): string =>
    excerptOf(text, wordMatcher(words.split(' '))([text])[0] ?? [])
      .map((piece) => (piece.isMarked ? `*${piece.text}*` : piece.text))
      .join('');

  it.each([
    ['First. The word is here. Last.', 'word', 'The *word* is here.'],
    ['One line\n\nthe word\ngoes on\n\nlast line', 'word', 'the *word* goes on'],
    ['a word, another Word', 'word', 'a *word*, another *Word*'],
    [
      `${'x '.repeat(100)}word${' y'.repeat(200)}`,
      'word',
      `…${'x '.repeat(30)}*word*${' y'.repeat(48)}…`,
    ],
    ['word', 'word', '*word*'],
    ['A day. It is open. Not far.', 'day far', 'A *day*. … Not *far*.'],
    ['A day. It is far, and it is far.', 'day far', 'A *day*. It is *far*, and it is *far*.'],
    [
      `${'longer '.repeat(30)}word${' longer'.repeat(40)} end`,
      'word end',
      `…${'longer '.repeat(8)}*word*${' longer'.repeat(14)} … ${'longer '.repeat(8)}*end*`,
    ],
    [
      `${'😀'.repeat(101)}word${'😀'.repeat(101)}`,
      'word',
      `…${'😀'.repeat(30)}*word*${'😀'.repeat(48)}…`,
    ],
    [`${'😀'.repeat(101)}a word`, 'word', `…${'😀'.repeat(29)}a *word*`],
  ])('of %s', (text, words, expected) => expect(shown(text, words)).toBe(expected));
});

describe('tasks side by side', () => {
  it('give their results in order, at most so many at once', async () => {
    let [running, most] = [0, 0];
    const task = async (item: number): Promise<number> => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn <= item % 3; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      running--;
      return item;
    };
    const items = Array.from({ length: 100 }, (_, index) => index);
    expect(await all(sideBySide(given(items), task, 4))).toEqual(items);
    expect(most).toBe(4);
  });

  it('start nothing more once nobody wants results', async () => {
    let started = 0;
    const task = (item: number): Promise<number> => Promise.resolve(started++ + item);
    const results = sideBySide(given(Array.from({ length: 1000 }, () => 0)), task, 2);
    await results.next();
    await results.return(undefined);
    const before = started;
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toBe(before);
    expect(started).toBeLessThan(50);
  });

  it('fail as their items and their tasks do', async () => {
    const failing = (): Promise<never> => Promise.reject(new Error('task'));
    await expect(all(sideBySide(given([1]), failing, 2))).rejects.toThrow('task');
    const items = (async function* () {
      yield await Promise.resolve(1);
      throw new Error('items');
    })();
    await expect(all(sideBySide(items, (item) => Promise.resolve(item), 2))).rejects.toThrow(
      'items',
    );
  });
});

describe('a search', () => {
  const NOTHING_UNREADABLE: ReadManyPorts['onUnreadable'] = (error) => {
    throw error;
  };
  const page = (messages: Message[]) =>
    Promise.resolve({ messages, total: messages.length, pages: 1 });

  it('reads each conversation once, and also those that move to the front meanwhile', async () => {
    const reads: string[] = [];
    const moved = conversation('moved', '2026-01-02T01:00:00Z');
    const a = conversation('a', '2026-01-02T00:00:00Z');
    const b = conversation('b', '2026-01-01T00:00:00Z');
    const looks = [
      [a, b],
      [moved, a, b],
      [moved, a],
    ];
    const ports: ReadManyPorts = {
      walk: () => given(looks.shift() ?? []),
      readPage: (id) => {
        reads.push(id);
        return page([message('user', `hello from ${id}`, 1)]);
      },
      onUnreadable: NOTHING_UNREADABLE,
    };
    const query = { match: wordMatcher(['hello']), maxHits: 10 };
    const found = await all(searchConversations(ports, query));
    expect(found.map((each) => each.conversation.id)).toEqual(['a', 'b', 'moved']);
    expect(reads).toEqual(['a', 'b', 'moved']);
    expect(looks).toEqual([]);
  });

  const messages = [
    message('assistant', 'Second answer', 4),
    message('user', 'Second question', 3),
    message('assistant', 'First answer', 2),
    message('user', 'First question', 1),
  ];
  const one = async (query: {
    role?: string;
    maxHits?: number;
    words: string;
  }): Promise<SearchedConversation[]> => {
    const ports: ReadManyPorts = {
      walk: () => given([conversation('a', '2026-01-01T00:00:00Z')]),
      readPage: () => page(messages),
      onUnreadable: NOTHING_UNREADABLE,
    };
    const { words, role, maxHits = 10 } = query;
    return all(searchConversations(ports, { match: wordMatcher([words]), role, maxHits }));
  };
  const texts = async (query: Parameters<typeof one>[0]): Promise<string[]> =>
    (await one(query)).flatMap(({ hits }) => hits.map((hit) => hit.message.text));

  it('gives the latest message first, and titles a conversation by its first words', async () => {
    expect(await texts({ words: 'first' })).toEqual(['First answer', 'First question']);
    expect(await texts({ words: 'question', maxHits: 1 })).toEqual(['Second question']);
    expect(await texts({ words: 'first', role: 'user' })).toEqual(['First question']);
    expect(await one({ words: 'first' })).toMatchObject([{ title: 'First question' }]);
  });

  it('goes on when one conversation cannot be read', async () => {
    const failed: string[] = [];
    const ports: ReadManyPorts = {
      walk: () => given(['a', 'b'].map((id) => conversation(id, '2026-01-01T00:00:00Z'))),
      readPage: (id) =>
        id === 'a'
          ? Promise.reject(new AppError('api', 'no'))
          : page([message('user', 'hello', 1)]),
      onUnreadable: (error) => failed.push(String(error.details.conversationId)),
    };
    const found = await all(
      searchConversations(ports, { match: wordMatcher(['hello']), maxHits: 1 }),
    );
    expect(found.map(({ hits }) => hits.length)).toEqual([0, 1]);
    expect(failed).toEqual(['a']);
  });
});

const said = (text: string, minute: number, role = 'user') => messageOf({ text, role }, minute);

it.each([
  [
    'one page, newest first',
    [[said('two', 2), said('one', 1), said('Hi!', 0, 'assistant')]],
    'one',
  ],
  ['pages with the oldest first', [[said('one', 1), said('two', 2)], [said('three', 3)]], 'one'],
  ['pages with the newest first', [[said('three', 3), said('two', 2)], [said('one', 1)]], 'one'],
  ['nothing said by a user', [[said('Hi!', 0, 'assistant')]], ''],
  ['no messages', [[]], ''],
])('%s', async (_, pages, words) => {
  const read = (number: number) =>
    Promise.resolve({
      messages: pages[number - 1] ?? [],
      total: undefined,
      pages: pages.length,
    });
  expect(await readFirstWords(read)).toBe(words);
});
