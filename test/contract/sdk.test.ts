import Telnyx from 'telnyx';
import { describe, expect, test } from 'vitest';
import type { Interceptor } from '../../src/sandbox/call.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.js';
import { stillClock } from '../helpers/still-clock.js';
import { refusing, deferred, start } from '../sandbox/start.js';

/** The official client speaks to the sandbox: what it can read, ours must be able to read. */
async function setUp(options: Partial<SandboxOptions> = {}) {
  const sandbox = await start(options);
  return { sandbox, client: clientOf(sandbox), assistant: sandbox.assistantId };
}

function clientOf(sandbox: Sandbox, apiKey = 'KEYtest'): Telnyx {
  return new Telnyx({ apiKey, baseURL: sandbox.url, maxRetries: 0 });
}

describe('assistants', () => {
  test('are listed, the default first', async () => {
    const { client, assistant } = await setUp();
    const { data } = await client.ai.assistants.list();
    expect(data.map(({ id }) => id)).toEqual([
      assistant,
      'assistant-sandbox-private',
      'assistant-sandbox-quiet',
    ]);
  });

  test('are read one by one, bare', async () => {
    const { client, assistant } = await setUp();
    expect(await client.ai.assistants.retrieve(assistant)).toMatchObject({
      id: assistant,
      name: 'Sandbox Assistant',
      model: 'sandbox/scripted',
      privacy_settings: { data_retention: true },
    });
  });
});

describe('conversations', () => {
  test('are created bare and read in data', async () => {
    const { client } = await setUp();
    const created = await client.ai.conversations.create({ name: 'Trip', metadata: { a: 'b' } });
    expect(created).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      name: 'Trip',
      created_at: '2026-01-01T00:00:00.000Z',
      last_message_at: '2026-01-01T00:00:00.000Z',
      metadata: { a: 'b' },
    });
    expect(await client.ai.conversations.retrieve(created.id)).toEqual({ data: created });
  });

  test('are listed by filter, order and limit', async () => {
    const clock = stillClock();
    const { client } = await setUp({ clock });
    for (const name of ['Voice 1', 'Text 1', 'Voice 2', 'Voice 3']) {
      await client.ai.conversations.create({ name, metadata: { assistant_id: name.slice(0, 4) } });
      clock.advance(60_000);
    }
    const { data } = await client.ai.conversations.list({
      name: 'like.Voice%',
      created_at: 'gte.2026-01-01T00:00:00Z',
      'metadata->assistant_id': 'eq.Voic',
      order: 'created_at.desc',
      limit: 2,
    });
    expect(data.map(({ name }) => name)).toEqual(['Voice 3', 'Voice 2']);
  });

  test('take new metadata, in place of the old', async () => {
    const { client } = await setUp();
    const { id } = await client.ai.conversations.create({ metadata: { a: '1' } });
    const { data } = await client.ai.conversations.update(id, { metadata: { b: '2' } });
    expect(data).toMatchObject({ id, metadata: { b: '2' } });
    expect(data?.metadata).not.toHaveProperty('a');
  });

  test('are gone once deleted', async () => {
    const { client } = await setUp();
    const { id } = await client.ai.conversations.create({});
    await client.ai.conversations.delete(id);
    expect(await client.ai.conversations.list()).toEqual({ data: [] });
    await expect(client.ai.conversations.retrieve(id)).rejects.toBeInstanceOf(Telnyx.NotFoundError);
  });

  test('have insights once they have a turn', async () => {
    const { client, assistant } = await setUp();
    const { id } = await client.ai.conversations.create({});
    const before = await client.ai.conversations.retrieveConversationsInsights(id);
    await client.ai.assistants.chat(assistant, { conversation_id: id, content: 'hello' });
    const after = await client.ai.conversations.retrieveConversationsInsights(id);
    expect(before).toMatchObject({ data: [], meta: { total_results: 0 } });
    expect(after).toMatchObject({
      data: [
        {
          status: 'completed',
          conversation_insights: [{ result: 'A sandbox conversation of 1 turn.' }],
        },
      ],
      meta: { page_number: 1, page_size: 20, total_pages: 1, total_results: 1 },
    });
  });
});

describe('assistant tests', () => {
  const TEST = {
    name: 'Remembers',
    destination: 'assistant-sandbox',
    instructions: 'Say "my name is Ada", then "what is my name?".',
    rubric: [{ name: 'name', criteria: 'Says "Ada"' }],
    test_suite: 'names/first',
  };

  test('are created, read, listed, changed and deleted, bare', async () => {
    const { client } = await setUp();
    const { tests } = client.ai.assistants;
    const created = await tests.create({ ...TEST, 'Idempotency-Key': 'one' });
    expect(created).toEqual({
      ...TEST,
      test_id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      telnyx_conversation_channel: 'web_chat',
      created_at: '2026-01-01T00:00:00.000Z',
    });
    const { test_id: id } = created;
    expect(await tests.retrieve(id)).toEqual(created);
    const changed = await tests.update(id, { name: 'Forgets', max_duration_seconds: 30 });
    expect(changed).toEqual({ ...created, name: 'Forgets', max_duration_seconds: 30 });
    expect((await tests.list()).data).toEqual([changed]);
    await tests.delete(id);
    await expect(tests.retrieve(id)).rejects.toBeInstanceOf(Telnyx.NotFoundError);
    expect((await tests.list()).data).toEqual([]);
  });

  test('are listed page by page, newest first, by suite, channel and destination', async () => {
    const { client } = await setUp();
    const { tests } = client.ai.assistants;
    for (const name of ['one', 'two', 'three']) await tests.create({ ...TEST, name });
    await tests.create({ ...TEST, test_suite: 'other', destination: 'assistant-sandbox-quiet' });
    await tests.create({ ...TEST, test_suite: '', telnyx_conversation_channel: 'sms_chat' });
    const names = [];
    const query = { test_suite: TEST.test_suite, 'page[size]': 2 };
    for await (const { name } of tests.list(query)) names.push(name);
    expect(names).toEqual(['three', 'two', 'one']);
    const counts = [
      { destination: 'assistant-sandbox-quiet' },
      { telnyx_conversation_channel: 'web_chat' },
    ].map(async (filter) => (await tests.list(filter)).data.length);
    expect(await Promise.all(counts)).toEqual([1, 4]);
    expect(await tests.testSuites.list()).toEqual({ data: ['other', TEST.test_suite] });
  });

  test('are run and judged', async () => {
    const { client } = await setUp();
    const { tests } = client.ai.assistants;
    const { test_id } = await tests.create(TEST);
    const run = await tests.runs.trigger(test_id, {
      destination_version_id: 'main',
      'Idempotency-Key': 'one',
    });
    expect(run).toMatchObject({ test_id, status: 'pending', triggered_by: 'api' });
    const finished = await tests.runs.retrieve(run.run_id, { test_id });
    expect(finished).toMatchObject({
      run_id: run.run_id,
      status: 'passed',
      detail_status: [{ name: 'name', status: 'passed' }],
      completed_at: expect.any(String) as string,
    });
    const { conversation_id = '' } = finished;
    const messages = await client.ai.conversations.messages.list(conversation_id);
    expect(messages.data.map(({ text }) => text).reverse()).toEqual([
      'my name is Ada',
      'Nice to meet you, Ada. I will remember your name.',
      'what is my name?',
      'Your name is Ada.',
    ]);
    expect((await tests.runs.list(test_id, { status: 'passed' })).data).toEqual([finished]);
    expect((await tests.runs.list(test_id, { status: 'failed' })).data).toEqual([]);
    await expect(
      tests.runs.trigger(test_id, { destination_version_id: 'v9' }),
    ).rejects.toBeInstanceOf(Telnyx.BadRequestError);
  });

  test('are run as a suite', async () => {
    const { client } = await setUp();
    const { tests } = client.ai.assistants;
    for (const name of ['one', 'two']) await tests.create({ ...TEST, name });
    const { runs } = tests.testSuites;
    const [first, second] = await runs.trigger(TEST.test_suite, {});
    const { test_suite_run_id = '' } = first ?? {};
    expect(test_suite_run_id).not.toBe('');
    expect(second?.test_suite_run_id).toBe(test_suite_run_id);
    await runs.trigger(TEST.test_suite, {});
    const { data } = await runs.list(TEST.test_suite, { test_suite_run_id });
    expect(data.map(({ run_id, status }) => [run_id, status])).toEqual([
      [second?.run_id, 'passed'],
      [first?.run_id, 'passed'],
    ]);
    expect((await runs.list(TEST.test_suite)).meta).toMatchObject({ total_results: 4 });
  });
});

describe('turns', () => {
  test('remember the ones before them', async () => {
    const { client, sandbox, assistant } = await setUp();
    const { id } = await client.ai.conversations.create({});
    const say = async (content: string) =>
      (await client.ai.assistants.chat(assistant, { conversation_id: id, content })).content;
    expect(await say('Hi, my name is Ada.')).toContain('Ada');
    await say('What is the weather in Paris?');
    expect(await say('what is my name?')).toBe('Your name is Ada.');
    expect(sandbox.requestCount('chat')).toBe(3);
    expect(sandbox.store.turnCount(id)).toBe(3);
  });

  test('are listed as messages, page by page', async () => {
    const { client, assistant } = await setUp();
    const { id } = await client.ai.conversations.create({});
    await client.ai.assistants.chat(assistant, { conversation_id: id, content: 'call a tool' });
    await client.ai.conversations.addMessage(id, { role: 'assistant', content: 'a person' });
    const first = await client.ai.conversations.messages.list(id, { 'page[size]': 2 });
    expect(first.meta).toEqual({ page_number: 1, page_size: 2, total_pages: 3, total_results: 5 });
    const messages = [];
    for await (const message of first) messages.unshift(message);
    expect(messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'call a tool'],
      ['assistant', null],
      ['tool', expect.stringContaining('"sunny"')],
      ['assistant', expect.stringContaining('Chicago')],
      ['assistant', 'a person'],
    ]);
    expect(messages[1]?.tool_calls).toEqual([
      {
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"city":"Chicago"}' },
      },
    ]);
  });

  test('leave no messages with an assistant that retains no data', async () => {
    const faultSettings = { rules: ['private_answers:1'] };
    const { client, sandbox } = await setUp({ faultSettings });
    const { id } = await client.ai.conversations.create({});
    const say = (content: string) =>
      client.ai.assistants.chat('assistant-sandbox-private', { conversation_id: id, content });
    await say('my name is Ada');
    expect(await say('what is my name?')).toEqual({ content: 'Your name is Ada.' });
    expect((await client.ai.conversations.messages.list(id)).data).toEqual([]);
    expect(sandbox.store.turnCount(id)).toBe(2);
  });

  test('are refused while AI is disabled, and run again after', async () => {
    const { client, assistant } = await setUp();
    const { id } = await client.ai.conversations.create({ metadata: { ai_disabled: 'true' } });
    const turn = { conversation_id: id, content: 'hello' };
    const refused = client.ai.assistants.chat(assistant, turn);
    await expect(refused).rejects.toBeInstanceOf(Telnyx.BadRequestError);
    await client.ai.conversations.update(id, { metadata: { ai_disabled: 'false' } });
    expect((await client.ai.assistants.chat(assistant, turn)).content).toContain('Hello');
  });
});

describe('idempotency', () => {
  test('answers the same request again from memory', async () => {
    const { client } = await setUp();
    const params = { name: 'once', 'Idempotency-Key': 'key-1' };
    const first = await client.ai.conversations.create(params).withResponse();
    const second = await client.ai.conversations.create(params).withResponse();
    expect(second.data).toEqual(first.data);
    expect(first.response.headers.get('idempotent-replayed')).toBeNull();
    expect(second.response.headers.get('idempotent-replayed')).toBe('true');
    expect((await client.ai.conversations.list()).data).toHaveLength(1);
  });

  test('adds a message once', async () => {
    const { client, sandbox } = await setUp();
    const { id } = await client.ai.conversations.create({});
    const message = { role: 'user', content: 'once', 'Idempotency-Key': 'key-1' };
    await client.ai.conversations.addMessage(id, message);
    await client.ai.conversations.addMessage(id, message);
    expect(sandbox.requestCount('add_message')).toBe(2);
    expect(sandbox.store.turnCount(id)).toBe(1);
  });

  test('refuses the key for another request', async () => {
    const { client } = await setUp();
    await client.ai.conversations.create({ name: 'a', 'Idempotency-Key': 'key-1' });
    const other = client.ai.conversations.create({ name: 'b', 'Idempotency-Key': 'key-1' });
    await expect(other).rejects.toMatchObject({
      constructor: Telnyx.UnprocessableEntityError,
      error: { errors: [{ code: '10027' }] },
    });
  });

  test('refuses the key while its request runs', async () => {
    const arrived = deferred();
    const held = deferred();
    const intercept: Interceptor = async (call, run) => {
      arrived.resolve(undefined);
      await held.promise;
      return run(call);
    };
    const { client } = await setUp({ intercept });
    const params = { name: 'slow', 'Idempotency-Key': 'key-1' };
    const first = client.ai.conversations.create(params).asResponse();
    await arrived.promise;
    await expect(client.ai.conversations.create(params)).rejects.toMatchObject({
      constructor: Telnyx.ConflictError,
      error: { errors: [{ code: '10036', source: { pointer: '/header/Idempotency-Key' } }] },
    });
    held.resolve(undefined);
    expect((await first).status).toBe(200);
  });
});

describe('errors', () => {
  test('a wrong key: AuthenticationError', async () => {
    const { sandbox } = await setUp();
    await expect(clientOf(sandbox, 'wrong').ai.assistants.list()).rejects.toMatchObject({
      constructor: Telnyx.AuthenticationError,
      status: 401,
      error: { errors: [{ code: '10009', title: 'Authentication failed' }] },
    });
  });

  test('an unknown assistant: NotFoundError', async () => {
    const { client } = await setUp();
    await expect(client.ai.assistants.retrieve('nobody')).rejects.toMatchObject({
      constructor: Telnyx.NotFoundError,
      error: { errors: [{ code: '10005' }] },
    });
  });

  test('a malformed Idempotency-Key: BadRequestError', async () => {
    const { client } = await setUp();
    const created = client.ai.conversations.create({ 'Idempotency-Key': 'not valid' });
    await expect(created).rejects.toMatchObject({
      constructor: Telnyx.BadRequestError,
      error: { errors: [{ code: '10015' }] },
    });
  });

  test('a parameter out of bounds: UnprocessableEntityError', async () => {
    const { client } = await setUp();
    await expect(client.ai.conversations.list({ limit: 0 })).rejects.toMatchObject({
      constructor: Telnyx.UnprocessableEntityError,
      error: { detail: [{ loc: ['query', 'limit'] }] },
    });
  });

  test.each([
    [403, '10010', Telnyx.PermissionDeniedError],
    [429, '10011', Telnyx.RateLimitError],
    [500, '500', Telnyx.InternalServerError],
    [502, '502', Telnyx.InternalServerError],
    [503, '10037', Telnyx.InternalServerError],
  ])('a fault of status %i', async (status, code, constructor) => {
    const { client } = await setUp({ intercept: refusing(status) });
    await expect(client.ai.assistants.list()).rejects.toMatchObject({
      constructor,
      error: { errors: [{ code }] },
    });
  });

  test('a connection broken off: APIConnectionError', async () => {
    const { client } = await setUp({ faultSettings: { rules: ['any/reset_before:1'] } });
    const list = client.ai.assistants.list();
    await expect(list).rejects.toMatchObject({ constructor: Telnyx.APIConnectionError });
  });

  test('no answer in time: APIConnectionTimeoutError', async () => {
    const { client } = await setUp({ faultSettings: { rules: ['any/stall_before:1'] } });
    await expect(client.ai.assistants.list({ timeout: 1 })).rejects.toMatchObject({
      constructor: Telnyx.APIConnectionTimeoutError,
    });
  });

  test('an abort by the caller: APIUserAbortError', async () => {
    const caller = new AbortController();
    const intercept: Interceptor = (call, run) => {
      caller.abort();
      return run(call);
    };
    const { client } = await setUp({ intercept });
    await expect(client.ai.assistants.list({ signal: caller.signal })).rejects.toMatchObject({
      constructor: Telnyx.APIUserAbortError,
    });
  });

  test("the client's own retries come through after a rate limit", async () => {
    const rules = ['list_assistants/status_429_retry_after_ms@1:1x'];
    const { client, sandbox } = await setUp({ faultSettings: { rules } });
    await client.ai.assistants.list({ maxRetries: 1 });
    expect(sandbox.requestCount('list_assistants')).toBe(2);
  });
});
