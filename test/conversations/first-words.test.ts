import { expect, it } from 'vitest';
import { readFirstWords } from '../../src/conversations/first-words.js';
import { messageOf } from '../chat/scene.js';

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
