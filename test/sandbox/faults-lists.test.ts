import { expect, test } from 'vitest';
import { LIST_KINDS } from '../../src/sandbox/faults/list-kinds.js';
import type { FaultSettings } from '../../src/sandbox/faults/plan.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { ask, CHAT, newTurn, stored } from './ask.js';
import { start, testClock } from './start.js';

const FIVE = ['1', '2', '3', '4', '5'];

interface Page {
  data: { text: string }[];
  meta: { page_number: number; page_size: number; total_pages: number; total_results: number };
}

/** A conversation of five messages, a second apart. */
async function conversation(faultSettings: FaultSettings): Promise<[Sandbox, string]> {
  const clock = testClock();
  const sandbox = await start({ clock, faultSettings });
  const thread = sandbox.store.create('', {});
  for (const text of FIVE) {
    clock.advance(1000);
    sandbox.store.append(thread, { role: 'user', text });
  }
  return [sandbox, `/ai/conversations/${thread.conversation.id}/messages`];
}

async function page(sandbox: Sandbox, path: string): Promise<[texts: string, meta: Page['meta']]> {
  const { text } = await ask(sandbox, path);
  const { data, meta } = JSON.parse(text) as Page;
  return [data.map((message) => message.text).join(''), meta];
}

test.each([
  ['list_lag', '4321'],
  ['list_lag@3', '21'],
  ['list_lag@9', ''],
  ['list_lag_ms', '321'],
  ['list_lag_ms@1', '4321'],
  ['list_oldest_first', '12345'],
  ['no_retention', ''],
])('%s, once', async (fault, texts) => {
  const [sandbox, path] = await conversation({ rules: [`list_messages/${fault}:1x`] });
  expect((await page(sandbox, path))[0]).toBe(texts);
  expect((await page(sandbox, path))[0]).toBe('54321');
  expect(sandbox.stats().conversations[0]?.messages).toHaveLength(5);
});

test('list_fail', async () => {
  const [sandbox, path] = await conversation({ script: ['list_fail'] });
  expect((await ask(sandbox, path)).status).toBe(503);
  expect((await page(sandbox, path))[0]).toBe('54321');
});

test('list_small_pages: fewer than asked for, and the meta says so', async () => {
  const [sandbox, path] = await conversation({ rules: ['list_small_pages@2:1'] });
  const meta = { page_size: 2, total_pages: 3, total_results: 5 };
  expect(await page(sandbox, `${path}?page[size]=100`)).toEqual([
    '54',
    { ...meta, page_number: 1 },
  ]);
  expect(await page(sandbox, `${path}?page[size]=100&page[number]=3`)).toEqual([
    '1',
    { ...meta, page_number: 3 },
  ]);
  expect((await page(sandbox, `${path}?page[size]=1`))[1].page_size).toBe(1);
});

test('list_reordered: the same order on every page, another for another seed', async () => {
  const orders = [1, 2, 3].map(async (seed) => {
    const [sandbox, path] = await conversation({ rules: ['list_reordered:1'], seed });
    const [whole] = await page(sandbox, path);
    const halves = [
      await page(sandbox, `${path}?page[size]=3`),
      await page(sandbox, `${path}?page[size]=3&page[number]=2`),
    ];
    expect(halves.map(([texts]) => texts).join('')).toBe(whole);
    expect(Array.from(whole).toSorted()).toEqual(FIVE);
    return whole;
  });
  expect(new Set(await Promise.all(orders)).size).toBeGreaterThan(1);
});

test.each([
  [['list_lag@2:1', 'list_oldest_first:1', 'list_small_pages@2:1']],
  [['list_small_pages@2:1', 'list_oldest_first:1', 'list_lag@2:1']],
])('combine in any order: %j', async (rules) => {
  const [sandbox, path] = await conversation({ rules });
  expect((await page(sandbox, path))[0]).toBe('12');
  expect((await page(sandbox, `${path}?page[number]=2`))[0]).toBe('3');
});

test('no_retention: what the assistants say', async () => {
  const [sandbox] = await conversation({ rules: ['no_retention:1'] });
  const { text } = await ask(sandbox, '/ai/assistants/assistant-sandbox');
  expect(JSON.parse(text)).toMatchObject({ privacy_settings: { data_retention: false } });
  const list = await ask(sandbox, '/ai/assistants');
  expect(list.text).not.toContain('"data_retention":true');
});

test('a turn and the list fail together', async () => {
  const sandbox = await start({
    faultSettings: { script: ['reset_after', 'list_fail', 'list_lag@1'] },
  });
  const body = newTurn(sandbox, false);
  const path = `/ai/conversations/${body.conversation_id}/messages`;
  expect((await ask(sandbox, CHAT, { body })).end).toBe('ECONNRESET');
  expect((await ask(sandbox, path)).status).toBe(503);
  expect((await page(sandbox, path))[0]).toBe('hello');
  expect(stored(sandbox)).toEqual(['user', 'assistant']);
});

test('every fault of a list is tested here', () => {
  expect(Object.keys(LIST_KINDS)).toEqual([
    'list_fail',
    'list_small_pages',
    'list_reordered',
    'list_oldest_first',
    'list_lag',
    'list_lag_ms',
    'no_retention',
  ]);
});
