import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { UpstreamAccess } from '../../src/relay/operation/upstream.js';
import { answeringServer, chatAnswering } from '../helpers/answering-server.js';
import { post, serve, serveSandbox, upstream, type RunningRelay } from '../helpers/relay.js';
import { runCli } from '../helpers/run-cli.js';
import { closedPort, socketServer } from '../helpers/socket-server.js';
import { realClock } from '../helpers/real-clock.js';
import { deferred } from '../sandbox/start.js';

const NOWHERE = upstream('http://127.0.0.1:9');
const KEY = NOWHERE['TELNYX_API_KEY'] ?? '';
const ID = 'X-Request-Id';

/** The lines of its log, after it has ended. */
async function allOf(relay: RunningRelay): Promise<Record<string, unknown>[]> {
  const { stderr } = await relay.stop();
  const lines = stderr.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Those about requests. */
async function logOf(relay: RunningRelay): Promise<Record<string, unknown>[]> {
  return (await allOf(relay)).filter(({ msg }) => msg === 'request');
}

describe('the log', () => {
  test('tells what was started, and when and how it ends, without any secret', async () => {
    const relay = await serve(
      ['--token', 'ada:s3cret-token', '--max-turns', '7', '--origin', 'https://app.example'],
      { env: { ...NOWHERE, TELNYX_CHAT_HANDLE_SECRET: 's3cret of some length' } },
    );
    await fetch(`${relay.url}/nowhere`);
    const lines = await allOf(relay);
    expect(lines.map(({ msg }) => msg)).toEqual(['started', 'request', 'draining', 'drained']);
    expect(lines[0]).toMatchObject({
      level: 'info',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      url: relay.url,
      assistant: 'assistant-1',
      base_url: 'http://127.0.0.1:9',
      tokens: 1,
      callers: ['ada'],
      max_turns: 7,
      origins: ['https://app.example'],
      drain_delay_s: 0,
    });
    expect(lines.slice(2)).toMatchObject([
      { running: 0, delay_s: 0 },
      { ms: expect.any(Number) as number },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/s3cret|KEY-secret/);
  });

  test('has one line of JSON a request: what it was, what became of it, how long it took', async () => {
    const relay = await serveSandbox([], { env: { TELNYX_CHAT_TOKEN: 'ada:s3cret-token' } });
    const headers = { authorization: 'Bearer s3cret-token', [ID]: 'mine-1' };
    const { body } = await post(relay, { message: 'hello' }, headers);
    const { conversation_id } = body as { conversation_id: string };
    await post(relay, { message: 'hello', conversation_id }, { ...headers, [ID]: 'mine-2' });
    await post(relay, { message: 'hello' }, { [ID]: 'mine-3' });
    await fetch(`${relay.url}/nowhere?token=s3cret-token`, { headers: { [ID]: 'mine-4' } });
    const request = {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      msg: 'request',
      method: 'POST',
      route: '/chat',
      remote: '127.0.0.1',
      user_agent: 'node',
      ms: expect.any(Number) as number,
    };
    const turn = { ...request, status: 200, caller: 'ada', conversation_id };
    const notFound = {
      ...request,
      id: 'mine-4',
      method: 'GET',
      route: undefined,
      path: '/nowhere',
      status: 404,
    };
    expect(await logOf(relay)).toEqual([
      { ...turn, id: 'mine-1' },
      { ...turn, id: 'mine-2', waited_ms: expect.any(Number) as number },
      { ...request, id: 'mine-3', status: 401 },
      notFound,
    ]);
  });

  test('tells a replay, and a caller who left', async () => {
    const asked = deferred();
    const url = await chatAnswering(() => asked.resolve(undefined));
    const relay = await serve([], { env: upstream(url) });
    const leaving = new AbortController();
    const body = JSON.stringify({ message: 'hello', conversation_id: 'c-1' });
    const headers = { 'content-type': 'application/json' };
    const { signal } = leaving;
    const left = fetch(`${relay.url}/chat`, { method: 'POST', headers, body, signal });
    await asked.promise;
    leaving.abort();
    await expect(left).rejects.toThrow();
    const [line] = await logOf(relay);
    expect(line).toMatchObject({ status: 499, conversation_id: 'c-1' });

    const other = await serveSandbox();
    const keyed = { 'idempotency-key': 'key-1' };
    await post(other, { message: 'hello' }, keyed);
    await post(other, { message: 'hello' }, keyed);
    const replays = (await logOf(other)).map(({ replayed }) => replayed);
    expect(replays).toEqual([undefined, true]);
  });

  test.each(['a b', 'x'.repeat(65), '{"level":"fatal"}', 'é'])(
    'a request id such as %j is not taken over',
    async (given) => {
      const relay = await serve([], { env: NOWHERE });
      const answer = await fetch(`${relay.url}/nowhere`, { headers: { [ID]: given } });
      const id = answer.headers.get(ID);
      expect(id).toMatch(/^[\da-f]{12}-1$/);
      expect((await logOf(relay))[0]?.['id']).toBe(id);
    },
  );

  test('tells why a turn failed whose caller had left it to be finished', async () => {
    const asked = deferred<ServerResponse>();
    const url = await chatAnswering((response) => asked.resolve(response));
    const relay = await serve([], { env: upstream(url) });
    const leaving = new AbortController();
    const left = fetch(`${relay.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
      body: JSON.stringify({ message: 'hello', conversation_id: 'c-1' }),
      signal: leaving.signal,
    });
    const response = await asked.promise;
    leaving.abort();
    await expect(left).rejects.toThrow();
    // What was sent before is read when this is answered.
    await fetch(`${relay.url}/health`);
    response.writeHead(422, { 'content-type': 'application/json' });
    response.end('{"errors":[{"code":"10027","title":"Unprocessable"}]}');
    const lines = (await logOf(relay)).filter(({ route }) => route === '/chat');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      status: 499,
      error: { upstream: { status: 422, code: '10027' } },
    });
  });

  test('a request id that is sane is echoed, with every answer', async () => {
    const relay = await serve([], { env: NOWHERE });
    for (const path of ['/health', '/ready', '/chat', '/nowhere']) {
      const answer = await fetch(relay.url + path, { headers: { [ID]: 'trace:7.a_b-c' } });
      expect(answer.headers.get(ID)).toBe('trace:7.a_b-c');
    }
  });

  const MESSAGE = 'my card is 4242-4242 & "blue"\nand nobody may know of it, ever';
  const problem = (detail: string) =>
    JSON.stringify({ errors: [{ code: MESSAGE, title: 'Bad', detail }] });

  test.each([
    ['repeats the message', `no good: ${MESSAGE}!`],
    ['repeats it as JSON', `no good: ${JSON.stringify(MESSAGE)}!`],
    ['repeats a part of it', `no good: ${MESSAGE.slice(3, 50)}…`],
    ['repeats the key', `no good: ${KEY}`],
  ])('has neither message nor token nor key when upstream %s', async (_, detail) => {
    const url = await chatAnswering((response) => {
      response.writeHead(400, { 'content-type': 'application/json', 'x-request-id': KEY });
      response.end(problem(detail));
    });
    const relay = await serve(['--log-level', 'debug', '--debug'], {
      env: { ...upstream(url), TELNYX_CHAT_TOKEN: 's3cret-token' },
    });
    const answer = await post(
      relay,
      { message: MESSAGE },
      { authorization: 'Bearer s3cret-token' },
    );
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'Failed to chat with assistant', conversation_id: 'conversation-1' },
    ]);
    const { stderr } = await relay.stop();
    expect(stderr).toContain('"upstream":{"status":400');
    expect(stderr).not.toMatch(/4242|blue|nobody|s3cret|KEY-secret/);
  });

  test.each(['hi', 'a', '?'])('a message as short as %j is hidden too', async (message) => {
    const url = await chatAnswering((response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ title: 'No', detail: `<${message}> this way` }] }));
    });
    const relay = await serve([], { env: upstream(url) });
    await post(relay, { message });
    const [line] = await logOf(relay);
    expect(line).toMatchObject({ error: { message: 'No: <…> this way' } });
  });

  test('has no reply, nor what upstream repeats of one that broke', async () => {
    const url = await answeringServer(({ url: path }, response) => {
      if (!path?.endsWith('/chat')) {
        response.setHeader('content-type', 'application/json');
        // A list that can be read: otherwise the lost turn is looked for longer.
        const meta = { total_pages: 0, page_number: 1, page_size: 100, total_results: 0 };
        response.end(
          JSON.stringify(path?.includes('/messages') ? { data: [], meta } : { id: 'c-1' }),
        );
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: delta\ndata: {"text":"the secret recipe"}\n\n');
      response.end('event: error\ndata: {"error":"after the secret recipe"}\n\n');
    });
    const relay = await serve(['--timeout', '3'], { env: upstream(url), clock: realClock(10) });
    const { text } = await post(relay, { message: 'hello' }, { accept: 'text/event-stream' });
    expect(text).toContain('the secret recipe');
    const [line] = await logOf(relay);
    expect(line).toMatchObject({ route: '/chat', error: { kind: 'api' } });
    expect(JSON.stringify(line)).not.toContain('recipe');
  });
});

/** Answers the chat, and what asks for the assistant, with these statuses. */
const refusing = ({ chat, assistant }: { chat: number; assistant: () => number }) =>
  answeringServer((request, response) => {
    const isChat = request.url?.endsWith('/chat') === true;
    response.statusCode = isChat ? chat : assistant();
    response.setHeader('content-type', 'application/json');
    response.end(response.statusCode === 200 ? '{"id":"a-1"}' : '{"errors":[{"title":"No"}]}');
  });

describe('GET /ready', () => {
  const stateOf = async ({ url }: { url: string }): Promise<unknown[]> => {
    const answer = await fetch(`${url}/ready`);
    return [answer.status, await answer.json()];
  };

  test.each([
    [401, 'Telnyx refuses the key (401)'],
    [403, 'Telnyx does not let the key use the assistant (403)'],
    [404, 'Telnyx knows no such assistant (404)'],
  ])('tells that no turn can succeed: %i, checked at the start', async (status, error) => {
    const url = await refusing({ chat: 200, assistant: () => status });
    const relay = await serve([], { env: upstream(url) });
    while ((await stateOf(relay))[0] === 200);
    expect(await stateOf(relay)).toEqual([503, { error }]);
    const lines = (await allOf(relay)).filter(({ msg }) => msg === 'no turn can succeed');
    expect(lines).toEqual([expect.objectContaining({ level: 'error', problem: error })]);
  });

  test('is not put off by a turn that is refused while the key is good', async () => {
    const url = await refusing({ chat: 403, assistant: () => 200 });
    const relay = await serve([], { env: upstream(url) });
    await post(relay, { message: 'hello', conversation_id: 'c-1' });
    expect(await stateOf(relay)).toEqual([200, { status: 'ready' }]);
    expect(await logOf(relay)).toContainEqual(
      expect.objectContaining({ level: 'error', route: '/chat', status: 403 }),
    );
  });

  test('follows what turns see, and a key that is good again', async () => {
    let [assistant, now] = [200, 0];
    const check = (): Promise<void> =>
      assistant === 200
        ? Promise.resolve()
        : Promise.reject(new AppError('auth', 'no', { status: assistant }));
    const told: unknown[] = [];
    const log = {
      error: (entry: unknown) => told.push(entry),
      info: (line: unknown) => told.push(line),
    };
    const clock = { monotonic: () => now };
    const access = new UpstreamAccess({ check, clock, log });
    const report = { method: 'POST', path: '/ai/assistants/a/chat', status: '401', totalMs: 1 };
    assistant = 401;
    access.note(report);
    await Promise.resolve().then(() => undefined);
    expect(access.problem).toBe('Telnyx refuses the key (401)');
    assistant = 200;
    now = 9_999;
    expect(access.problem).toBeDefined();
    now = 10_000;
    expect(access.problem).toBeDefined();
    await Promise.resolve().then(() => undefined);
    expect(access.problem).toBeUndefined();
    expect(told).toEqual([{ problem: 'Telnyx refuses the key (401)' }, 'Telnyx accepts the key']);
  });

  test('says so when turns are taken', async () => {
    const relay = await serve([], { env: NOWHERE });
    const answer = await fetch(`${relay.url}/ready`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready' }]);
  });
});

describe('GET /metrics', () => {
  test('tell upstream outcomes apart from those of callers', async () => {
    const url = await refusing({ chat: 429, assistant: () => 200 });
    const port = await closedPort();
    const argv = [
      '--metrics-port',
      String(port),
      '--metrics-host',
      'localhost',
      '--timeout',
      '0.5',
    ];
    const env = { ...upstream(url), TELNYX_CHAT_TOKEN: 'a-token-of-some-length' };
    const relay = await serve([...argv, '--rate-limit', '1'], { env });
    const headers = { authorization: 'Bearer a-token-of-some-length' };
    const statuses = [];
    for (let count = 0; count < 2; count++) {
      const { status } = await post(relay, { message: 'hi', conversation_id: 'c-1' }, headers);
      statuses.push(status);
    }
    expect(statuses).toEqual([429, 429]);
    // Without the token that callers need.
    const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
    for (const line of [
      'telnyx_chat_upstream_requests_total{operation="chat",status="429"} ',
      'telnyx_chat_upstream_requests_total{operation="get_assistant",status="200"} 1',
      'telnyx_chat_upstream_seconds_count{operation="chat"} ',
      'telnyx_chat_requests_total{route="/chat",status="429"} 2',
      'telnyx_chat_request_seconds_bucket{le="240",route="/chat"} 2',
      'telnyx_chat_rate_limited_total 1',
      'telnyx_chat_turns_waiting 0',
      'telnyx_chat_upstream_key_refused 0',
      'telnyx_chat_build_info{version="',
    ])
      expect(text).toContain(`\n${line}`);
    expect(text).not.toContain('telnyx_chat_redis_up');
  });

  test('count a failure to reach Telnyx by its kind, and the first piece of a stream', async () => {
    const port = await closedPort();
    const argv = ['--metrics-port', String(port)];
    const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const away = await serve([...argv, '--timeout', '1'], { env: NOWHERE });
    await post(away, { message: 'hello', conversation_id: 'c-1' });
    expect(await metrics()).toMatch(
      /^telnyx_chat_upstream_requests_total\{operation="chat",status="network"\} \d/m,
    );
    await away.stop();
    const relay = await serveSandbox(argv);
    await post(relay, { message: 'hello' });
    await post(relay, { message: 'hello' }, { accept: 'text/event-stream' });
    expect(await metrics()).toMatch(/^telnyx_chat_first_token_seconds_count 1$/m);
  });

  const ANSWERED = /^telnyx_chat_requests_total\{route="\/chat",status="200"\} 2$/m;

  test('is for those who show a token', async () => {
    const relay = await serveSandbox([], { env: { TELNYX_CHAT_TOKEN: 's3cret-token' } });
    const headers = { authorization: 'Bearer s3cret-token' };
    const { body } = await post(relay, { message: 'hello' }, headers);
    const { conversation_id } = body as { conversation_id: string };
    const keyed = { ...headers, 'idempotency-key': 'key-1' };
    await post(relay, { message: 'hello', conversation_id }, keyed);
    await post(relay, { message: 'hello' });
    expect((await fetch(`${relay.url}/metrics`)).status).toBe(401);
    const answer = await fetch(`${relay.url}/metrics`, { headers });
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(text).toMatch(ANSWERED);
    expect(text).toMatch(/^telnyx_chat_requests_total\{route="\/chat",status="401"\} 1$/m);
    expect(text).toMatch(/^telnyx_chat_turn_wait_seconds_count 1$/m);
    expect(text).toMatch(/^telnyx_chat_turns_in_flight 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).not.toContain(conversation_id);
  });

  test('are nowhere without a token, and on a port of their own with one', async () => {
    const port = await closedPort();
    const relay = await serve(['--metrics-port', String(port)], { env: NOWHERE });
    expect((await fetch(`${relay.url}/metrics`)).status).toBe(404);
    await fetch(`${relay.url}/health`);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/^telnyx_chat_requests_total\{route="\/health",status="200"\} 1$/m);
    expect((await fetch(`http://127.0.0.1:${port}/chat`)).status).toBe(404);
    const posted = await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' });
    expect([posted.status, await posted.json()]).toEqual([405, { error: 'Method not allowed' }]);
    await relay.stop();
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  test('whose port is taken keep the relay from starting', async () => {
    const { port } = await socketServer(() => undefined);
    const own = await closedPort();
    const ports = ['--port', String(own), '--metrics-port', String(port)];
    const { code, stderr } = await runCli(['serve', ...ports], {
      env: NOWHERE,
      clock: realClock(),
    });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        new RegExp(
          `^error: cannot listen on 127.0.0.1:${port} .*\nhint: choose another --metrics-port\n$`,
        ),
      ),
    ]);
    await expect(fetch(`http://127.0.0.1:${own}/health`)).rejects.toThrow();
  });
});
