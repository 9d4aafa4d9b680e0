import { expect, test } from 'vitest';
import { apiClient, options } from '../helpers/api-client.js';
import { recordingServer } from '../helpers/recording-server.js';

/** One answer to one request for a page: texts and the count of all, or a status. */
type Page = number | { texts: string[]; total?: number };

/** The history that a client makes of these answers, in the order in which they are asked for. */
async function historyOf(pages: readonly Page[], pageCount: number) {
  const rest = [...pages];
  const asked: string[] = [];
  const server = await recordingServer((response, { url }) => {
    asked.push(new URL(url, 'http://x').searchParams.get('page[number]') ?? '');
    const page = rest.shift() ?? 500;
    if (typeof page === 'number') return void response.writeHead(page).end();
    const data = page.texts.map((text) => ({ role: 'user', text, created_at: text }));
    const meta = { total_pages: pageCount, total_results: page.total };
    response.end(JSON.stringify({ data, meta }));
  });
  const client = apiClient(server.url);
  const { messages, isComplete } = await client.history('c-1', options());
  return { texts: messages.map(({ text }) => text).join(''), isComplete, asked: asked.join('') };
}

const ab = { texts: ['a', 'b'], total: 4 };
const cd = { texts: ['c', 'd'], total: 4 };
const bc = { texts: ['b', 'c'], total: 4 };
const grown = { texts: ['c', 'd', 'e'], total: 5 };

test.each<[string, Page[], Awaited<ReturnType<typeof historyOf>>]>([
  ['pages that fit together', [ab, cd], { texts: 'abcd', isComplete: true, asked: '12' }],
  [
    'a page that fails twice, without those before it again',
    [ab, 503, 502, cd],
    { texts: 'abcd', isComplete: true, asked: '1222' },
  ],
  [
    'a list that grows between its pages is read again',
    [ab, grown, { ...ab, total: 5 }, grown],
    { texts: 'abcde', isComplete: true, asked: '1212' },
  ],
  [
    'pages in different orders have the right number, but not the right messages',
    [ab, bc, ab, bc, ab, cd],
    { texts: 'abcd', isComplete: true, asked: '121212' },
  ],
  [
    'pages that never fit together are no whole list',
    [ab, bc, ab, bc, ab, bc],
    { texts: 'abbc', isComplete: false, asked: '121212' },
  ],
])('%s', async (_, pages, expected) => {
  expect(await historyOf(pages, 2)).toEqual(expected);
});

test.each<[string, Page, boolean]>([
  ['one page without a count is whole', { texts: ['a'] }, true],
  ['one page that lacks messages is not, and is not read again', { texts: ['a'], total: 2 }, false],
  ['the same message twice on a page is twice there', { texts: ['a', 'a'], total: 2 }, true],
])('%s', async (_, page, isComplete) => {
  const history = await historyOf([page], 1);
  expect([history.isComplete, history.asked]).toEqual([isComplete, '1']);
});

test('a full page without a count may not be all', async () => {
  const { isComplete } = await historyOf([{ texts: Array.from({ length: 100 }, String) }], 1);
  expect(isComplete).toBe(false);
});

test('more text than is held at once is no whole list, and is not read again', async () => {
  const long = { texts: ['x'.repeat(7 * 1024 * 1024)], total: 9 };
  const { isComplete, asked } = await historyOf([long, long, long, long, long, long], 9);
  expect([isComplete, asked]).toEqual([false, '12345']);
});

test.each([401, 404, 422])('a list that is refused with %i is not read again', async (status) => {
  await expect(historyOf([status], 1)).rejects.toMatchObject({ details: { status } });
});
