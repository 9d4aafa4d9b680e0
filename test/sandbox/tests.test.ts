import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { judge, quotedIn } from '../../src/sandbox/operations/test-runs.js';
import { stillClock } from '../helpers/still-clock.js';
import { call, start, type RawRequest } from './start.js';

const TESTS = '/ai/assistants/tests';

const TEST = {
  name: 'Asks for the name',
  destination: 'assistant-sandbox',
  instructions: 'Say "my name is Ada", then “what is my name?”.',
  rubric: [
    { name: 'greets', criteria: 'Says "Nice to meet you".' },
    { name: 'remembers', criteria: 'Tells her name: "Ada"' },
  ],
  test_suite: 'names/first',
};

const post = (body?: unknown, headers = {}): RawRequest => ({ method: 'POST', body, headers });

interface Shown {
  test_id: string;
  run_id: string;
  status: string;
  conversation_id?: string;
}

async function created(sandbox: Sandbox, fields: object = {}): Promise<string> {
  const answer = await call(sandbox, TESTS, post({ ...TEST, ...fields }));
  return (answer.body as Shown).test_id;
}

/** A run of a new test, once it is over. */
async function outcome(sandbox: Sandbox, fields: object = {}): Promise<Shown> {
  const id = await created(sandbox, fields);
  const { body } = await call(sandbox, `${TESTS}/${id}/runs`, post());
  const run = await call(sandbox, `${TESTS}/${id}/runs/${(body as Shown).run_id}`);
  return run.body as Shown;
}

describe('the simulated caller', () => {
  test.each([
    ['nothing', []],
    ['Say "one", then “two  parts”.', ['one', 'two parts']],
    ["Don't say 'this', say „das da“.", ['das da']],
    ['"" and " " quote nothing, an open " neither', []],
  ])('says what is quoted: %s', (text, quoted) => {
    expect(quotedIn(text)).toEqual(quoted);
  });

  test.each([
    ['Says "shipped"', ['It was SHIPPED.'], 'passed'],
    ['Says "shipped"', ['It is a ship.'], 'failed'],
    ['Says "left our warehouse" and "Monday"', ['It left our warehouse', 'on Monday'], 'passed'],
    ['Says "left our warehouse" and "Monday"', ['It left our warehouse'], 'failed'],
    ['Says "don’t"', ["I don't know"], 'passed'],
    ['Is polite', [], 'passed'],
  ])('a line of the rubric is judged by its quoted words: %s', (criteria, replies, status) => {
    expect(judge({ rubric: [{ name: 'a', criteria }] }, replies)).toEqual([{ name: 'a', status }]);
  });
});

describe('runs', () => {
  test('are a conversation, judged by what the assistant said', async () => {
    const sandbox = await start();
    const run = await outcome(sandbox);
    expect(run).toMatchObject({
      status: 'passed',
      triggered_by: 'api',
      logs: '',
      detail_status: [
        { name: 'greets', status: 'passed' },
        { name: 'remembers', status: 'passed' },
      ],
    });
    const { conversations } = sandbox.stats();
    expect(conversations.map(({ id, turns }) => [id, turns])).toEqual([
      [
        run.conversation_id,
        [
          { text: 'my name is Ada', count: 1 },
          { text: 'what is my name?', count: 1 },
        ],
      ],
    ]);
  });

  test('wait for the assistant: pending, running, passed', async () => {
    const over: (() => void)[] = [];
    const clock = {
      ...stillClock(),
      sleep: () => new Promise<void>((resolve) => void over.push(resolve)),
    };
    const sandbox = await start({ clock, latencyMs: 100 });
    const id = await created(sandbox);
    const triggered = (await call(sandbox, `${TESTS}/${id}/runs`, post())).body as Shown;
    const status = async (): Promise<string> =>
      ((await call(sandbox, `${TESTS}/${id}/runs/${triggered.run_id}`)).body as Shown).status;
    const seen = [triggered.status, await status()];
    over.shift()?.();
    seen.push(await status());
    over.shift()?.();
    seen.push(await status());
    expect(seen).toEqual(['pending', 'running', 'running', 'passed']);
  });

  test.each<[string, object, string, string[], string]>([
    [
      'a rubric that is not met',
      { rubric: [{ name: 'sings', criteria: 'Says "la la"' }, TEST.rubric[1]] },
      'failed',
      ['failed', 'passed'],
      'The assistant did not say all the quoted words of: sings',
    ],
    [
      'an unknown assistant',
      { destination: 'nobody' },
      'error',
      ['error', 'error'],
      'There is no assistant nobody.',
    ],
    [
      'an assistant that stores no conversations',
      { destination: 'assistant-sandbox-private' },
      'error',
      ['error', 'error'],
      '400 at the conversation of the assistant: it stores no conversations.',
    ],
    [
      'a telephone',
      { telnyx_conversation_channel: 'phone_call' },
      'error',
      ['error', 'error'],
      'The sandbox can run web_chat tests only.',
    ],
    [
      'instructions that quote nothing',
      { instructions: 'Be Ada.' },
      'error',
      ['error', 'error'],
      'The caller of the sandbox says what the instructions quote, and they quote nothing.',
    ],
  ])('%s', async (_, fields, ...expected) => {
    const [status, items, logs] = expected;
    const run = await outcome(await start(), fields);
    expect(run).toMatchObject({
      status,
      logs,
      detail_status: items.map((each) => ({ status: each })),
    });
    expect('conversation_id' in run).toBe(status === 'failed');
  });

  test('end when they take longer than the test allows', async () => {
    const run = await outcome(await start({ latencyMs: 2_000 }), { max_duration_seconds: 1 });
    const logs = 'The test took longer than 1 seconds.';
    expect(run).toMatchObject({ status: 'error', logs, completed_at: '2026-01-01T00:00:02.000Z' });
  });

  test('may name a version that there is', async () => {
    const sandbox = await start();
    const id = await created(sandbox);
    const trigger = async (version: string) =>
      call(sandbox, `${TESTS}/${id}/runs`, post({ destination_version_id: version }));
    expect((await trigger('main')).status).toBe(201);
    expect((await trigger('20250101T000000000000')).status).toBe(201);
    expect(await trigger('v9')).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            code: '10015',
            detail: 'There is no version v9. The versions are main and 20250101T000000000000.',
          },
        ],
      },
    });
  });

  test('are gone with their test', async () => {
    const sandbox = await start();
    const run = await outcome(sandbox);
    await call(sandbox, `${TESTS}/${run.test_id}`, { method: 'DELETE' });
    expect((await call(sandbox, `${TESTS}/${run.test_id}/runs/${run.run_id}`)).status).toBe(404);
  });
});

describe('bodies', () => {
  const { rubric } = TEST;
  test.each<[string, object, (string | number)[], string]>([
    ['no name', { ...TEST, name: undefined }, ['name'], 'Field required'],
    ['an empty name', { ...TEST, name: '' }, ['name'], 'String should have at least 1 character'],
    [
      'a long name',
      { ...TEST, name: '😀'.repeat(256) },
      ['name'],
      'String should have at most 255 characters',
    ],
    [
      'a long suite',
      { ...TEST, test_suite: 'x'.repeat(101) },
      ['test_suite'],
      'String should have at most 100 characters',
    ],
    [
      'no rubric',
      { ...TEST, rubric: [] },
      ['rubric'],
      'List should have at least 1 item after validation, not 0',
    ],
    [
      'an item of the rubric without criteria',
      { ...TEST, rubric: [{ name: 'a' }] },
      ['rubric', 0, 'criteria'],
      'Field required',
    ],
    [
      'an item of the rubric with more in it',
      { ...TEST, rubric: [{ ...rubric[0], weight: 2 }] },
      ['rubric', 0, 'weight'],
      'Extra inputs are not permitted',
    ],
    [
      'an unknown channel',
      { ...TEST, telnyx_conversation_channel: 'fax' },
      ['telnyx_conversation_channel'],
      "Input should be 'phone_call', 'web_call', 'sms_chat' or 'web_chat'",
    ],
    [
      'too long a duration',
      { ...TEST, max_duration_seconds: 3_601 },
      ['max_duration_seconds'],
      'Input should be less than or equal to 3600',
    ],
    [
      'a second and a half',
      { ...TEST, max_duration_seconds: 1.5 },
      ['max_duration_seconds'],
      'Input should be a valid integer',
    ],
  ])('%s', async (_, body, loc, msg) => {
    const answer = await call(await start(), TESTS, post(body));
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ detail: [{ loc: ['body', ...loc], msg }] });
  });

  test('a limit counts characters, not halves of them', async () => {
    const answer = await call(await start(), TESTS, post({ ...TEST, name: '😀'.repeat(255) }));
    expect(answer.status).toBe(201);
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/none'],
    ['PUT', '/none'],
    ['DELETE', '/none'],
    ['GET', '/none/runs'],
    ['POST', '/none/runs'],
    ['GET', '/none/runs/none'],
    ['GET', '/test-suites/none/runs'],
    ['POST', '/test-suites/none/runs'],
  ])('%s %s: 404 with the general error', async (method, path) => {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
    const answer = await call(await start(), TESTS + path, { method, ...body });
    expect([answer.status, answer.body]).toMatchObject([404, { errors: [{ code: '10005' }] }]);
  });

  test('a run of another test', async () => {
    const sandbox = await start();
    const run = await outcome(sandbox);
    const other = await created(sandbox);
    expect((await call(sandbox, `${TESTS}/${other}/runs/${run.run_id}`)).status).toBe(404);
  });

  test.each([
    ['PATCH', '', 'GET, POST, HEAD, OPTIONS'],
    ['POST', '/some', 'GET, PUT, DELETE, HEAD, OPTIONS'],
    ['PUT', '/test-suites', 'GET, HEAD, OPTIONS'],
  ])('%s is the wrong method of tests%s', async (method, path, allow) => {
    const answer = await call(await start(), TESTS + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  });
});

describe('idempotency keys', () => {
  const key = { 'idempotency-key': 'one' };

  test.each<[string, (id: string) => string, object | undefined]>([
    ['creating', () => TESTS, TEST],
    ['triggering', (id) => `${TESTS}/${id}/runs`, undefined],
    ['triggering a suite', () => `${TESTS}/test-suites/names%2Ffirst/runs`, {}],
  ])('%s twice with one key happens once', async (_, path, body) => {
    const sandbox = await start();
    const id = await created(sandbox);
    const first = await call(sandbox, path(id), post(body, key));
    const second = await call(sandbox, path(id), post(body, key));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  test('a trigger whose answer is lost has run, and is replayed', async () => {
    const sandbox = await start({ faultSettings: { rules: ['trigger_test/reset_after:1x'] } });
    const id = await created(sandbox);
    await expect(call(sandbox, `${TESTS}/${id}/runs`, post({}, key))).rejects.toThrow();
    const again = await call(sandbox, `${TESTS}/${id}/runs`, post({}, key));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { body } = await call(sandbox, `${TESTS}/${id}/runs`);
    expect(body).toMatchObject({ data: [{ status: 'passed' }], meta: { total_results: 1 } });
  });

  test('a read fails as it was ordered to', async () => {
    const sandbox = await start({
      faultSettings: { rules: ['get_test_run/status_503_before:1x'] },
    });
    const run = await outcome(sandbox);
    expect(run).toMatchObject({ errors: [{ code: '10037' }] });
    expect(sandbox.stats().faults).toEqual({ 'get_test_run/status_503_before': 1 });
  });
});
