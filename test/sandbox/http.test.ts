import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { stillClock } from '../helpers/still-clock.js';
import { call, deferred, start, type RawRequest } from './start.js';

async function conversationId(sandbox: Sandbox, body: object = {}): Promise<string> {
  const created = await call(sandbox, '/ai/conversations', { method: 'POST', body });
  return (created.body as { id: string }).id;
}

const telnyxError = (code: string, title: string) => ({
  errors: [expect.objectContaining({ code, title })],
});

describe('every answer', () => {
  test.each([
    ['a list', '/ai/assistants', 200],
    ['a missing conversation', '/ai/conversations/none', 404],
    ['an unknown path', '/nothing', 404],
  ])('carries a request id: %s', async (_, path, status) => {
    const answer = await call(await start({ randomId: () => 'request-1' }), path);
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([status, 'request-1']);
  });

  test.each([
    ['no key', {}],
    ['another scheme', { authorization: 'Basic KEYtest' }],
    ['a key of another form', { authorization: 'Bearer test' }],
  ])('needs a key: %s', async (_, headers) => {
    const { url } = await start();
    const response = await fetch(`${url}/ai/assistants`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(telnyxError('10009', 'Authentication failed'));
  });
});

describe('routes', () => {
  test.each(['/', '/ai', '/ai/assistants/', '/ai/conversations/a/b', '/ai/assistants/%E0%A4%A'])(
    'there is nothing at %s',
    async (path) => {
      const answer = await call(await start(), path);
      expect([answer.status, answer.body]).toEqual([404, telnyxError('404', 'Not Found')]);
    },
  );

  test('outside /v2 there is nothing either', async () => {
    const { url } = await start();
    const headers = { authorization: 'Bearer KEYtest' };
    expect((await fetch(url.replace('/v2', '/ai/assistants'), { headers })).status).toBe(404);
  });

  test.each([
    ['POST', '/ai/assistants', 'GET, HEAD, OPTIONS'],
    ['GET', '/ai/assistants/assistant-sandbox/chat', 'POST, OPTIONS'],
    ['PATCH', '/ai/conversations/x', 'GET, PUT, DELETE, HEAD, OPTIONS'],
    ['POST', '/ai/conversations/x/messages', 'GET, HEAD, OPTIONS'],
  ])('%s %s is the wrong method', async (method, path, allow) => {
    const answer = await call(await start(), path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.body).toEqual(telnyxError('405', 'Method Not Allowed'));
  });

  test('OPTIONS names the methods', async () => {
    const answer = await call(await start(), '/ai/conversations', { method: 'OPTIONS' });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
  });

  test('HEAD is GET without the body', async () => {
    const sandbox = await start();
    const get = await call(sandbox, '/ai/assistants');
    const head = await call(sandbox, '/ai/assistants', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('content-length')).toBe(String(get.text.length));
  });
});

describe('missing conversations', () => {
  test.each(['GET', 'PUT', 'DELETE'])('%s: 404 without a body', async (method) => {
    const body = method === 'PUT' ? { body: {} } : {};
    const answer = await call(await start(), '/ai/conversations/none', { method, ...body });
    expect([answer.status, answer.text]).toEqual([404, '']);
  });

  const message = { role: 'user', content: 'hello' };
  const unknown = '00000000-0000-4000-8000-000000000000';
  test.each<[string, string, RawRequest]>([
    ['messages', `/ai/conversations/${unknown}/messages`, {}],
    ['insights', `/ai/conversations/${unknown}/conversations-insights`, {}],
    ['message', `/ai/conversations/${unknown}/message`, { method: 'POST', body: message }],
    [
      'chat',
      '/ai/assistants/assistant-sandbox/chat',
      { method: 'POST', body: { conversation_id: unknown, content: 'hello' } },
    ],
  ])('%s: 404 with the general error', async (_, path, options) => {
    const answer = await call(await start(), path, options);
    expect([answer.status, answer.body]).toEqual([404, telnyxError('10005', 'Resource not found')]);
  });
});

describe('bodies', () => {
  const chat = '/ai/assistants/assistant-sandbox/chat';
  const conversations = '/ai/conversations';
  const missing = (...loc: string[]) => ({ loc, msg: 'Field required', type: 'missing' });
  const wrong = (kind: string, type: string, ...loc: (string | number)[]) => ({
    loc,
    msg: `Input should be a valid ${kind}`,
    type,
  });

  test.each<[string, unknown, object[]]>([
    [conversations, undefined, [missing('body')]],
    [
      conversations,
      '{"a":',
      [{ loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' }],
    ],
    [conversations, '[]', [wrong('dictionary', 'dict_type', 'body')]],
    [conversations, '"text"', [wrong('dictionary', 'dict_type', 'body')]],
    [conversations, { name: 1 }, [wrong('string', 'string_type', 'body', 'name')]],
    [
      conversations,
      { metadata: { a: 1 } },
      [wrong('string', 'string_type', 'body', 'metadata', 'a')],
    ],
    [chat, {}, [missing('body', 'content'), missing('body', 'conversation_id')]],
    [
      chat,
      { content: 'a', conversation_id: 'b', stream: 'yes' },
      [wrong('boolean', 'bool_type', 'body', 'stream')],
    ],
  ])('%s with %j is not valid', async (path, body, detail) => {
    const answer = await call(await start(), path, { method: 'POST', body });
    expect([answer.status, answer.body]).toEqual([422, { detail }]);
  });

  test('a message needs a role, a conversation that is a UUID, and a time that is one', async () => {
    const sandbox = await start();
    const id = await conversationId(sandbox);
    const add = async (to: string, body: object) =>
      (await call(sandbox, `/ai/conversations/${to}/message`, { method: 'POST', body })).body;
    expect(await add(id, {})).toEqual({ detail: [missing('body', 'role')] });
    expect(await add('x', { role: 'user' })).toEqual({
      detail: [wrong('UUID', 'uuid_parsing', 'path', 'conversation_id')],
    });
    expect(await add(id, { role: 'user', sent_at: 'noon' })).toEqual({
      detail: [{ ...wrong('datetime', 'value_error', 'body', 'sent_at') }],
    });
  });

  test('an empty message is refused', async () => {
    const sandbox = await start();
    const body = { conversation_id: await conversationId(sandbox), content: ' ' };
    const answer = await call(sandbox, chat, { method: 'POST', body });
    expect([answer.status, answer.body]).toEqual([400, telnyxError('10015', 'Bad Request')]);
  });

  test('one of many megabytes is too large', async () => {
    const body = { name: 'x'.repeat(9 * 1024 * 1024) };
    const answer = await call(await start(), conversations, { method: 'POST', body });
    expect(answer.status).toBe(413);
  });

  test('a boolean ai_disabled counts like the string', async () => {
    const sandbox = await start();
    const id = await conversationId(sandbox, { metadata: { ai_disabled: true } });
    const body = { conversation_id: id, content: 'hello' };
    expect((await call(sandbox, chat, { method: 'POST', body })).status).toBe(400);
  });
});

describe('messages', () => {
  test('have no id, and keep what they were written with', async () => {
    const sandbox = await start();
    const path = `/ai/conversations/${await conversationId(sandbox)}`;
    const sent_at = '2025-06-01T10:00:00.000Z';
    const body = { role: 'user', content: 'hello', sent_at, metadata: { a: [1, 'b', true] } };
    const added = await call(sandbox, `${path}/message`, { method: 'POST', body });
    expect([added.status, added.text]).toEqual([200, '']);
    expect((await call(sandbox, `${path}/messages`)).body).toEqual({
      data: [
        {
          role: 'user',
          text: 'hello',
          created_at: '2026-01-01T00:00:00.001Z',
          sent_at,
          tool_calls: [],
          metadata: { a: [1, 'b', true] },
        },
      ],
      meta: { page_number: 1, page_size: 20, total_pages: 1, total_results: 1 },
    });
  });

  test('are not listed in a conversation created for an assistant that retains no data', async () => {
    const sandbox = await start();
    const metadata = { assistant_id: 'assistant-sandbox-private' };
    const path = `/ai/conversations/${await conversationId(sandbox, { metadata })}`;
    const body = { role: 'user', content: 'hello' };
    await call(sandbox, `${path}/message`, { method: 'POST', body });
    expect((await call(sandbox, `${path}/messages`)).body).toMatchObject({ data: [] });
  });

  test.each([
    ['page[size]=0', 'page[size]', 'greater_than_equal'],
    ['page[size]=101', 'page[size]', 'less_than_equal'],
    ['page[size]=ten', 'page[size]', 'int_parsing'],
    ['page[number]=0', 'page[number]', 'greater_than_equal'],
  ])('cannot be paged by %s', async (query, parameter, type) => {
    const sandbox = await start();
    const id = await conversationId(sandbox);
    const answer = await call(sandbox, `/ai/conversations/${id}/messages?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ detail: [{ loc: ['query', parameter], type }] });
  });
});

describe('Idempotency-Key', () => {
  const create = (sandbox: Sandbox, key: string, body: unknown = {}, query = '') =>
    call(sandbox, `/ai/conversations${query}`, {
      method: 'POST',
      body,
      headers: { 'idempotency-key': key },
    });

  test.each([
    ['empty', ''],
    ['with a character too many', 'a:b'],
    ['overlong', 'k'.repeat(256)],
  ])('%s is not valid', async (_, key) => {
    const answer = await create(await start(), key);
    expect([answer.status, answer.body]).toEqual([400, telnyxError('10015', 'Bad Request')]);
  });

  test('twice in one request is not valid', async () => {
    const sandbox = await start();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {
        authorization: 'Bearer KEYtest',
        'idempotency-key': ['same', 'same'],
        'content-length': 2,
      };
      request(`${sandbox.url}/ai/conversations`, { method: 'POST', headers }, resolve)
        .on('error', reject)
        .end('{}');
    });
    response.resume();
    expect(response.statusCode).toBe(400);
  });

  test('of 255 characters is valid', async () => {
    expect((await create(await start(), 'k'.repeat(255))).status).toBe(200);
  });

  test('has a smaller body, and only then', async () => {
    const sandbox = await start();
    const body = { name: 'x'.repeat(256 * 1024) };
    const keyed = await create(sandbox, 'key', body);
    expect([keyed.status, keyed.body]).toEqual([413, telnyxError('10007', 'Unexpected error')]);
    const plain = await call(sandbox, '/ai/conversations', { method: 'POST', body });
    expect(plain.status).toBe(200);
  });

  test.each([
    ['other bytes of the same JSON', '{"name": "a"}', ''],
    ['another query', '{"name":"a"}', '?x=1'],
  ])('does not fit %s', async (_, body, query) => {
    const sandbox = await start();
    await create(sandbox, 'key', '{"name":"a"}');
    expect((await create(sandbox, 'key', body, query)).status).toBe(422);
  });

  test('is free again after a failure', async () => {
    const sandbox = await start();
    expect((await create(sandbox, 'key', { name: 1 })).status).toBe(422);
    const second = await create(sandbox, 'key', { name: 'a' });
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([200, null]);
  });

  test('counts for its path alone', async () => {
    const sandbox = await start();
    const first = await conversationId(sandbox);
    const second = await conversationId(sandbox);
    for (const id of [first, second]) {
      await call(sandbox, `/ai/conversations/${id}/message`, {
        method: 'POST',
        body: { role: 'user' },
        headers: { 'idempotency-key': 'key' },
      });
    }
    expect([sandbox.store.turnCount(first), sandbox.store.turnCount(second)]).toEqual([1, 1]);
  });

  test('is forgotten after a day', async () => {
    const clock = stillClock();
    const sandbox = await start({ clock });
    await create(sandbox, 'key');
    clock.advance(24 * 60 * 60 * 1000);
    expect((await create(sandbox, 'key')).headers.get('idempotent-replayed')).toBeNull();
    expect(sandbox.store.list()).toHaveLength(2);
  });
});

describe('the server', () => {
  test('reuses a connection', async () => {
    const sandbox = await start();
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    const answers = new Promise<number>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const count = text.split('HTTP/1.1 200 OK').length - 1;
        if (count === 2) resolve(count);
      });
    });
    const get = 'GET /v2/ai/assistants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer KEY1\r\n\r\n';
    socket.write(get + get);
    expect(await answers).toBe(2);
    socket.destroy();
  });

  test('runs many turns at a time without a warning of leaks', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const all = deferred();
    let waiting = 0;
    const sleep = (_: number, signal?: AbortSignal): Promise<undefined> => {
      signal?.addEventListener('abort', () => undefined);
      if (++waiting === 20) all.resolve(undefined);
      return all.promise;
    };
    const sandbox = await start({ clock: { ...stillClock(), sleep }, latencyMs: 1 });
    const turns = Array.from({ length: 20 }, async () => {
      const body = { conversation_id: await conversationId(sandbox), content: 'hello' };
      return call(sandbox, '/ai/assistants/assistant-sandbox/chat', { method: 'POST', body });
    });
    for (const { status } of await Promise.all(turns)) expect(status).toBe(200);
    expect(warnings).toEqual([]);
  });

  test('says when its port is taken', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    const second = startSandbox({ clock: stillClock(), randomId: () => '', port });
    await expect(second).rejects.toBeInstanceOf(AppError);
    await expect(second).rejects.toMatchObject({
      message: expect.stringMatching(`^the sandbox cannot listen on 127.0.0.1:${port} `) as string,
      details: { hint: 'choose another port, or 0 for a free one' },
    });
  });

  test('closes while a request is held and a connection is idle', async () => {
    const clock = { ...stillClock(), sleep: () => new Promise<void>(() => undefined) };
    const sandbox = await startSandbox({
      clock,
      randomId: () => crypto.randomUUID(),
      latencyMs: 1,
    });
    const conversation_id = await conversationId(sandbox);
    const turn = call(sandbox, '/ai/assistants/assistant-sandbox/chat', {
      method: 'POST',
      body: { conversation_id, content: 'hello' },
    });
    const cut = expect(turn).rejects.toThrow('fetch failed');
    await call(sandbox, '/ai/assistants');
    await sandbox.close();
    await cut;
  });
});

const DAY = 24 * 60 * 60 * 1000;

/** Four conversations a day apart, from 2026-01-01 on. */
async function listed(query: string): Promise<unknown> {
  const clock = stillClock();
  const sandbox = await start({ clock });
  const add = (name: string, metadata: Record<string, string>): void => {
    sandbox.store.create(name, metadata);
    clock.advance(DAY);
  };
  add('Voice call', { assistant_id: 'assistant-1', phone: '+1312' });
  add('voice mail', { assistant_id: 'assistant-2' });
  add('a,b (50%)', { assistant_id: 'assistant-1' });
  add('', {});
  const [, , second] = sandbox.store.list();
  if (second) sandbox.store.append(second, { role: 'user', text: 'late' });
  const answer = await call(sandbox, `/ai/conversations?${query}`);
  if (answer.status !== 200) return [answer.status, answer.body];
  return (answer.body as { data: { name: string }[] }).data.map(({ name }) => name);
}

test.each([
  ['', ['', 'a,b (50%)', 'voice mail', 'Voice call']],
  ['order=created_at.asc', ['Voice call', 'voice mail', 'a,b (50%)', '']],
  ['order=last_message_at.desc&limit=2', ['voice mail', '']],
  ['order=name.desc,created_at', ['voice mail', 'a,b (50%)', 'Voice call', '']],
  ['name=like.Voice%25', ['Voice call']],
  ['name=ilike.voice*', ['voice mail', 'Voice call']],
  ['name=like.%25(50_)', ['a,b (50%)']],
  ['name=eq.', ['']],
  ['name=neq.&limit=1', ['a,b (50%)']],
  ['id=eq.nobody', []],
  ['created_at=gte.2026-01-02&created_at=lt.2026-01-04T00:00:00Z', ['a,b (50%)', 'voice mail']],
  ['created_at=gt.2026-01-03', ['']],
  ['created_at=lte.2026-01-01', ['Voice call']],
  ['created_at=eq.2026-01-02T01:00:00%2B01:00', ['voice mail']],
  ['last_message_at=gte.2026-01-05', ['voice mail']],
  ['metadata-%3Eassistant_id=eq.assistant-1', ['a,b (50%)', 'Voice call']],
  ['metadata-%3Ephone=eq.%2B1312', ['Voice call']],
  ['metadata-%3Eassistant_id=neq.assistant-1', ['voice mail']],
  ['or=(created_at.gte.2026-01-04,last_message_at.gte.2026-01-05)', ['', 'voice mail']],
  ['or=(name.eq.%22a,b (50%25)%22,metadata-%3Ephone.eq.%2B1312)', ['a,b (50%)', 'Voice call']],
])('lists with %s', async (query, names) => {
  expect(await listed(query)).toEqual(names);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=some', 'limit'],
  ['order=created_at.down', 'order'],
  ['order=metadata.asc', 'order'],
  ['name=Voice', 'name'],
  ['name=toString.x', 'name'],
  ['created_at=gte.yesterday', 'created_at'],
  ['page[size]=5', 'page[size]'],
  ['colour=eq.red', 'colour'],
  ['or=name.eq.a', 'or'],
  ['or=(name.eq.a,nonsense)', 'or'],
])('refuses %s', async (query, parameter) => {
  expect(await listed(query)).toMatchObject([422, { detail: [{ loc: ['query', parameter] }] }]);
});
