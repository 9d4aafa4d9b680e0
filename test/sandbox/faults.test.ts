import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { parseFault, parseRule } from '../../src/sandbox/faults/grammar.js';
import { randomFrom, type FaultTarget } from '../../src/sandbox/faults/kind.js';
import { LIST_KINDS } from '../../src/sandbox/faults/list-kinds.js';
import { FaultPlan, type FaultSettings } from '../../src/sandbox/faults/plan.js';
import { OPERATION_NAMES } from '../../src/sandbox/routes.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { ask, CHAT, newTurn, stored } from './ask.js';
import { stillClock } from '../helpers/still-clock.js';
import { start } from './start.js';

/** How many faults each request meets. */
function met(plan: FaultPlan, count: number, target: FaultTarget = 'chat'): number[] {
  return Array.from({ length: count }, () => plan.choose(target, true).length);
}

function total(settings: FaultSettings, count: number): number {
  return met(new FaultPlan(settings), count).reduce((sum, faults) => sum + faults, 0);
}

describe('a rule', () => {
  test.each([
    ['reset_after:0.1', { targets: ['chat'], share: 0.1 }],
    ['reset_after:1', { targets: ['chat'], share: 1 }],
    ['reset_after:0', { targets: ['chat'], share: 0 }],
    ['reset_after:3x', { targets: ['chat'], count: 3 }],
    ['chat/reset_after:.5', { targets: ['chat'], share: 0.5 }],
    ['create_conversation/reset_after:0.5', { targets: ['create_conversation'], share: 0.5 }],
    ['any/reset_after:0.5', { targets: OPERATION_NAMES, share: 0.5 }],
    ['cut@120:1x', { targets: ['chat'], amount: 120, count: 1 }],
    ['list_messages/cut@0:1x', { targets: ['list_messages'], amount: 0, count: 1 }],
    ['list_lag@2:1', { targets: ['list_messages'], amount: 2, share: 1 }],
    ['any/list_lag:1', { targets: ['list_messages'], share: 1 }],
    ['refuse:0.1', { targets: ['connection'], share: 0.1 }],
  ])('%s', (text, rule) => {
    expect(parseRule(text)).toMatchObject(rule);
  });

  test.each([
    ['reset_aftr:0.1', 'did you mean reset_after? the faults are refuse, reset_before, '],
    ['', 'the faults are refuse, '],
    ['toString:1', 'the faults are refuse, '],
    ['chta/reset_after:0.1', 'did you mean chat? reset_after happens at any of list_assistants, '],
    ['chat/list_lag:1', 'list_lag happens at any of list_messages'],
    ['any/any/cut:1', 'the faults are refuse, '],
    ['connection/reset_after:1', 'reset_after happens at any of list_assistants, '],
    ['reset_after@3:1', 'reset_after takes no number'],
    ['cut@some:1', 'the number after @ is a whole one: bytes before it, any number unless given'],
    ['cut@-1:1', 'the number after @ is a whole one'],
    ['cut@:1', 'the number after @ is a whole one'],
    [
      'reset_after',
      'give a share from 0 to 1 or a count, such as reset_after:0.1 or reset_after:3x',
    ],
    ['reset_after:', 'give a share'],
    ['reset_after:1.1', 'give a share'],
    ['reset_after:-1', 'give a share'],
    ['reset_after:10%', 'give a share'],
    ['reset_after:.', 'give a share'],
    ['reset_after:x', 'give a share'],
    ['none:1', 'leave it out'],
  ])('%j is refused', (text, hint) => {
    expect(refusal(() => parseRule(text))).toEqual([
      `bad fault ${JSON.stringify(text)}`,
      expect.stringContaining(hint),
    ]);
  });

  test('a step of a script has no share', () => {
    expect(parseFault('chat/cut@5')).toMatchObject({ name: 'cut', targets: ['chat'], amount: 5 });
    expect(refusal(() => parseFault('cut:0.5'))).toEqual([
      'bad fault "cut:0.5"',
      expect.stringContaining('the faults are'),
    ]);
  });

  test('shares of one operation are no more than all of it', () => {
    const rules = ['reset_after:0.7', 'cut:0.2', 'any/drip:0.1', 'list_lag:1', 'list_reordered:1'];
    expect(new FaultPlan({ rules }).caused).toEqual({});
    expect(refusal(() => new FaultPlan({ rules: [...rules, 'empty_200:0.1'] }))).toEqual([
      'too many faults at chat: 1.1',
      'the shares of one operation add up to 1 at most',
    ]);
  });
});

function refusal(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [error.message, error.details.hint];
  }
}

describe('a plan', () => {
  test('without rules nothing happens', () => {
    expect(total({}, 1000)).toBe(0);
    expect(total({ rules: ['reset_after:0'] }, 1000)).toBe(0);
    expect(total({ rules: ['list_lag:1'] }, 10)).toBe(0);
  });

  test.each([0.05, 0.3, 1])('a share of %d is one', (share) => {
    for (const seed of [1, 2, 3]) {
      const faults = total({ rules: [`reset_after:${share}`], seed }, 10_000);
      expect(Math.abs(faults / 10_000 - share)).toBeLessThan(0.015);
    }
  });

  test('several shares are each their own, never two at one request', () => {
    const plan = new FaultPlan({ rules: ['reset_after:0.2', 'cut:0.1', 'drip:0.3'], seed: 5 });
    expect(Math.max(...met(plan, 10_000))).toBe(1);
    const {
      'chat/reset_after': reset = 0,
      'chat/cut': cut = 0,
      'chat/drip': drip = 0,
    } = plan.caused;
    for (const [seen, share] of [
      [reset, 0.2],
      [cut, 0.1],
      [drip, 0.3],
    ] as const) {
      expect(Math.abs(seen / 10_000 - share)).toBeLessThan(0.015);
    }
  });

  test('a count is the first so many, rule by rule', () => {
    const plan = new FaultPlan({ rules: ['reset_after:2x', 'cut:1x'] });
    expect(met(plan, 5)).toEqual([1, 1, 1, 0, 0]);
    expect(plan.caused).toEqual({ 'chat/reset_after': 2, 'chat/cut': 1 });
  });

  test('a count of an idle connection waits for one that is used again', () => {
    const plan = new FaultPlan({ rules: ['reset_idle:1x'] });
    expect(plan.choose('chat', false)).toEqual([]);
    expect(plan.choose('chat', true)).toHaveLength(1);
  });

  test('faults of lists come together, and with one that is not', () => {
    const rules = ['list_lag:1', 'list_reordered:1', 'list_fail:1x'];
    expect(met(new FaultPlan({ rules }), 2, 'list_messages')).toEqual([3, 2]);
  });

  test('a script goes step by step for each operation, then the rules hold', () => {
    const script = ['reset_after', 'list_fail', 'none', 'list_messages/none', 'cut@1', 'any/drip'];
    const plan = new FaultPlan({ script, rules: ['list_lag:1', 'empty_200:1'] });
    expect(met(plan, 4)).toEqual([1, 0, 1, 1]);
    expect(met(plan, 3, 'list_messages')).toEqual([1, 0, 1]);
    expect(plan.caused).not.toHaveProperty('list_messages/list_lag');
    expect([met(plan, 1), met(plan, 1, 'list_messages')]).toEqual([[1], [1]]);
    expect(plan.caused).toMatchObject({ 'chat/empty_200': 1, 'list_messages/list_lag': 1 });
  });
});

describe('the seed', () => {
  const rules = ['any/reset_after:0.3', 'list_lag:0.5'];
  const pattern = (seed: number): string => met(new FaultPlan({ rules, seed }), 64).join('');

  test('gives the same faults to the same requests', () => {
    expect(pattern(1)).toBe(pattern(1));
    expect(new Set([1, 2, 3, 4, 5].map(pattern)).size).toBe(5);
  });

  test('whatever other operations do meanwhile', () => {
    const plan = new FaultPlan({ rules, seed: 1 });
    const chats = Array.from({ length: 64 }, (_, index) => {
      met(plan, index % 3, 'list_messages');
      return plan.choose('chat', true).length;
    });
    expect(chats.join('')).toBe(pattern(1));
  });

  test('numbers are spread from 0 to 1', () => {
    const random = randomFrom(7, 'key');
    const numbers = Array.from({ length: 10_000 }, random);
    const tenths = numbers.map((number) => Math.floor(number * 10));
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = tenths.filter((each) => each === tenth).length / 10_000;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
    }
  });
});

test('a sandbox does not start with a fault that there is not', async () => {
  const faultSettings = { rules: ['nonsense:1'] };
  const started = startSandbox({ clock: stillClock(), randomId: () => '', faultSettings });
  await expect(started).rejects.toThrow('bad fault "nonsense:1"');
});

const FIVE = ['1', '2', '3', '4', '5'];

interface Page {
  data: { text: string }[];
  meta: { page_number: number; page_size: number; total_pages: number; total_results: number };
}

/** A conversation of five messages, a second apart. */
async function conversation(faultSettings: FaultSettings): Promise<[Sandbox, string]> {
  const clock = stillClock();
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
