import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import type {
  AssistantTest,
  AssistantTestBody,
  AssistantTestsClient,
  TestRun,
} from '../../src/conversations/assistants.js';
import type { Message } from '../../src/conversations/conversation.js';
import { isUpToDate, suiteOf, testBody, testOf } from '../../src/testing/simulated/test-body.js';
import { exitCodeOfResults } from '../../src/testing/run/results.js';
import { chatFile, fakeAccount, play, type FakeAccount, type Played } from './fake-account.js';

const FILE = `== Asks before it cancels
caller: You are Ana. You want to cancel order {{no}}.
  Stop when you have been asked.
? judge Asks for a confirmation
? judge Is polite
? never calls cancel_order
`;

const file = (text = FILE) => chatFile(text, 'tests/orders.chat', { no: '4711' });
const bodyOf = (text = FILE): AssistantTestBody => {
  const parsed = file(text);
  return testBody(parsed, parsed.cases[0]!, 'assistant-1');
};

const BODY: AssistantTestBody = {
  name: 'Asks before it cancels',
  instructions: 'You are Ana. You want to cancel order 4711.\nStop when you have been asked.',
  rubric: [
    { name: '1. Asks for a confirmation', criteria: 'Asks for a confirmation' },
    { name: '2. Is polite', criteria: 'Is polite' },
  ],
  destination: 'assistant-1',
  telnyx_conversation_channel: 'web_chat',
  max_duration_seconds: 300,
  test_suite: 'tests/orders',
};

describe('the test of a case', () => {
  it('has its caller, its rubric and the suite of its file', () => {
    expect(bodyOf()).toEqual(BODY);
  });

  it.each([
    ['90s', 90],
    ['500ms', 1],
    ['1.5s', 2],
    ['99m', 3_600],
  ])('takes %s at most', (timeout, seconds) => {
    const text = FILE.replace('caller', `timeout: ${timeout}\ncaller`);
    expect(bodyOf(text).max_duration_seconds).toBe(seconds);
  });

  it('keeps to the limits of names', () => {
    const [long, other] = [`${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    const names = [long, other].map(
      (title) => bodyOf(FILE.replace('Asks before it cancels', title)).name,
    );
    expect(names.map(({ length }) => length)).toEqual([255, 255]);
    expect(names[0]).not.toBe(names[1]);
    expect(bodyOf(FILE.replace('Is polite', 'y'.repeat(200))).rubric[1]).toEqual({
      name: `2. ${'y'.repeat(80)}`,
      criteria: 'y'.repeat(200),
    });
  });

  it.each([
    ['orders.chat', 'orders'],
    ['./a/b.chat', 'a/b'],
    ['a\\b.chat', 'a/b'],
    ['a/b.CHAT', 'a/b.CHAT'],
    [`${'x'.repeat(100)}.chat`, 'x'.repeat(100)],
  ])('%s is of the suite %s', (path, suite) => {
    expect(suiteOf(path)).toBe(suite);
  });

  it('is of a suite that is cut by a hash when its path is long', () => {
    const suites = ['a', 'b', 'a'].map((end) => suiteOf(`${'d/'.repeat(60)}${end}.chat`));
    expect(suites[0]).toMatch(/^(d\/){41}d-[\da-f]{16}$/);
    expect(suites[1]).not.toBe(suites[0]);
    expect(suites[2]).toBe(suites[0]);
  });

  const test = (id: string, body: Partial<AssistantTestBody>): AssistantTest => ({
    id,
    body: { ...BODY, ...body },
  });

  it.each<[string, AssistantTest[], string | undefined]>([
    ['none', [], undefined],
    ['of another suite', [test('a', { test_suite: 'other' })], undefined],
    ['of another title', [test('a', { name: 'other' })], undefined],
    ['for this assistant', [test('a', { destination: 'x' }), test('b', {})], 'b'],
    ['for an earlier assistant', [test('a', { destination: 'x' })], 'a'],
    ['for another assistant of this run', [test('a', { destination: 'assistant-2' })], undefined],
  ])('%s', (_, existing, id) => {
    expect(testOf(existing, BODY, ['assistant-1', 'assistant-2'])?.id).toBe(id);
  });

  it.each<[string, Partial<AssistantTestBody>, boolean]>([
    ['the same', {}, true],
    ['another caller', { instructions: 'x' }, false],
    ['another assistant', { destination: 'x' }, false],
    ['another time', { max_duration_seconds: 1 }, false],
    ['another rubric', { rubric: [] }, false],
    ['other criteria', { rubric: BODY.rubric.map(({ name }) => ({ name, criteria: 'x' })) }, false],
  ])('is up to date: %s', (_, change, expected) => {
    expect(isUpToDate(test('a', change), BODY)).toBe(expected);
  });
});

interface Telnyx {
  account: FakeAccount;
  client: AssistantTestsClient;
  tests: AssistantTest[];
  log: string[];
}

const RUN: TestRun = {
  id: 'r1',
  status: 'pending',
  items: [],
  conversationId: 'sim-1',
  logs: '',
};

/** Tests that end after some looks with this run. */
function telnyx(end: Partial<TestRun>, messages: Message[] = [], looks = 2): Telnyx {
  const account = fakeAccount(() => ({}));
  account.ports.messages = () => Promise.resolve(messages);
  let count = 0;
  const client: AssistantTestsClient = {
    listTests: (suite) =>
      Promise.resolve(state.tests.filter(({ body }) => body.test_suite === suite)),
    testCreator: (body) => () => {
      state.log.push(`create ${body.name}`);
      const created = { id: 't1', body };
      state.tests.push(created);
      return Promise.resolve(created);
    },
    updateTest(id, body) {
      state.log.push(`update ${id}`);
      state.tests = [{ id, body }];
      return Promise.resolve();
    },
    triggerTest({ testId, versionId }) {
      state.log.push(`trigger ${testId}${versionId ? ` ${versionId}` : ''}`);
      return Promise.resolve(RUN);
    },
    getTestRun: () =>
      Promise.resolve(++count < looks ? { ...RUN, status: 'running' } : { ...RUN, ...end }),
  };
  const state: Telnyx = { account, client, tests: [], log: [] };
  account.ports.assistantTests = () => Promise.resolve(state.client);
  return state;
}

const said = (role: string, text: string, call?: string): Message => ({
  role,
  text,
  createdAt: '',
  sentAt: '',
  toolCalls: call === undefined ? [] : [{ id: '1', name: call, arguments: '{}' }],
});

const MESSAGES = [
  said('user', 'Cancel it'),
  said('assistant', 'Really?'),
  said('user', 'Yes'),
  said('assistant', '', 'cancel_order'),
  said('tool', 'done'),
  said('assistant', 'It is cancelled.'),
];

const items = (...statuses: string[]) =>
  statuses.map((status, index) => ({ name: BODY.rubric[index]?.name ?? '', status }));

const simulate = (state: Telnyx, text = FILE): Promise<Played> =>
  play(state.account, [file(text)], { plan: { simulates: true } });

const PASSED = { status: 'passed', items: items('passed', 'passed') };

describe('a simulated run', () => {
  it('creates its test, triggers it, waits, and keeps the conversation', async () => {
    const state = telnyx(PASSED, MESSAGES.slice(0, 2), 3);
    const played = await simulate(state);
    expect(state.log).toEqual(['create Asks before it cancels', 'trigger t1']);
    expect(state.account.clock.sleeps).toEqual([2_000, 2_000, 2_000]);
    expect(state.account.log).toEqual([]);
    expect(played.results[0]).toMatchObject({ verdict: 'passed', reason: '' });
    expect(played.results[0]?.runs[0]).toMatchObject({
      conversationId: 'sim-1',
      isKept: true,
      turns: [{ said: 'Cancel it', reply: 'Really?', tools: [], checks: [{ verdict: 'passed' }, { verdict: 'passed' }, { verdict: 'passed' }] }],
    }); // prettier-ignore
  });

  it('writes nothing when nothing changed, and only what did', async () => {
    const state = telnyx(PASSED, MESSAGES.slice(0, 2));
    state.tests = [{ id: 't7', body: BODY }, { id: 't8', body: { ...BODY, test_suite: 'x' } }]; // prettier-ignore
    await play(state.account, [file()], { plan: { simulates: true }, versionId: 'v2' });
    expect(state.log).toEqual(['trigger t7 v2']);
    await simulate(state, FILE.replace('polite', 'kind'));
    expect(state.log).toEqual(['trigger t7 v2', 'update t7', 'trigger t7']);
  });

  it.each<[string, Partial<TestRun>, Message[], [string, number]]>([
    ['all passed', PASSED, MESSAGES.slice(0, 2), ['passed: ', 0]],
    ['passed without items', { status: 'passed' }, MESSAGES.slice(0, 2), ['passed: ', 0]],
    ['an item failed', { status: 'failed', items: items('passed', 'failed'), logs: 'rude' }, MESSAGES.slice(0, 2), ['failed: judge Is polite: the judge of Telnyx says no: "rude"', 9]],
    ['failed for another reason', { status: 'failed', items: items('passed', 'passed'), logs: 'why' }, MESSAGES.slice(0, 2), ['failed: the run failed: "why"', 9]],
    ['passed with a failed item', { status: 'passed', items: items('passed', 'failed') }, MESSAGES.slice(0, 2), ['failed: judge Is polite: the judge of Telnyx says no', 9]],
    ['completed, by its items', { status: 'completed', items: items('passed', 'passed') }, MESSAGES.slice(0, 2), ['passed: ', 0]],
    ['completed with a failed item', { status: 'completed', items: items('failed', 'passed') }, MESSAGES.slice(0, 2), ['failed: judge Asks for a confirmation: the judge of Telnyx says no', 9]],
    ['completed without an item', { status: 'completed', items: items('passed') }, MESSAGES.slice(0, 2), ['error: judge Is polite: the judge of Telnyx gave no verdict', 1]],
    ['error', { status: 'error', logs: 'HTTP 400' }, [], ['error: the run ended as error: "HTTP 400"', 1]],
    ['timeout', { status: 'timeout' }, [], ['error: the run ended as timeout', 1]],
    ['a status that nobody knows', { status: 'paused' }, [], ['error: the run ended as paused', 1]],
    ['a check of the conversation', PASSED, MESSAGES, ['failed: never calls cancel_order: the assistant called cancel_order {} → done', 9]],
    ['no messages', PASSED, [], ['error: never calls cancel_order: the conversation has no messages', 1]],
    ['no conversation', { ...PASSED, conversationId: undefined }, MESSAGES, ['error: never calls cancel_order: the run has no conversation', 1]],
  ])('%s', async (_, end, messages, [outcome, code]) => {
    const played = await simulate(telnyx(end, messages));
    expect(played.results.map(({ verdict, reason }) => `${verdict}: ${reason}`)).toEqual([outcome]);
    expect(exitCodeOfResults(played.results, played)).toBe(code);
  }); // prettier-ignore

  it.each([
    ['calls refund', 'refund was not called: the assistant called cancel_order {}'],
    ['calls nothing', 'the assistant called cancel_order {}'],
    ['says bye', 'no "bye": what the assistant said is "Really? It is cancelled."'],
    ['never says /Re/', 'what the assistant said has "Re": "Really? It is cancelled."'],
  ])('says of a check that it is of the whole conversation: %s', async (check, reason) => {
    const text = FILE.replace('never calls cancel_order', check);
    const { results } = await simulate(telnyx(PASSED, MESSAGES), text);
    expect(results[0]?.reason).toBe(`${check}: ${reason}`);
  });

  it('is an error when it takes too long', async () => {
    const played = await simulate(telnyx(PASSED, MESSAGES, 1_000), FILE.replace('caller', 'timeout: 7s\ncaller'));
    expect(played.results[0]?.runs[0]).toMatchObject({ conversationId: 'sim-1', isKept: true });
    expect(played.results[0]).toMatchObject({ verdict: 'error', reason: 'the run did not end within 7.0s' });
    expect(exitCodeOfResults(played.results, played)).toBe(7);
  }); // prettier-ignore

  it('tries reads again, and a trigger never', async () => {
    const busy = new AppError('api', 'HTTP 503', { status: 503 });
    const state = telnyx(PASSED, MESSAGES.slice(0, 2));
    const { listTests } = state.client;
    let count = 0;
    state.client.listTests = (...args) =>
      count++ === 0 ? Promise.reject(busy) : listTests(...args);
    expect((await simulate(state)).results[0]?.verdict).toBe('passed');
    state.client.triggerTest = () => {
      state.log.push('trigger');
      return Promise.reject(busy);
    };
    state.log = [];
    expect((await simulate(state)).results[0]).toMatchObject({
      verdict: 'error',
      reason: 'HTTP 503',
    });
    expect(state.log).toEqual(['trigger']);
  });

  it('checks says and metadata over the whole conversation', async () => {
    const state = telnyx(PASSED, MESSAGES);
    const metadata = { done: 'yes' };
    state.account.ports.getConversation = (id) =>
      Promise.resolve({ id, name: '', metadata, createdAt: '', lastMessageAt: '' });
    const text = FILE.replace('? never calls cancel_order', '? says really | x\n? calls cancel_order 1 time\n? metadata done=yes\n? never says sorry');
    expect((await simulate(state, text)).results[0]).toMatchObject({ verdict: 'passed', reason: '' });
  }); // prettier-ignore
});
