import { describe, expect, it, test } from 'vitest';
import { realClock } from '../helpers/real-clock.js';
import { closedPort } from '../helpers/socket-server.js';
import { answeringServer, chatAnswering } from '../helpers/answering-server.js';
import { json, recordingServer } from '../helpers/recording-server.js';
import { eventsIn, post, serve, serveSandbox, upstream } from '../helpers/relay.js';
import { runCli } from '../helpers/run-cli.js';

const EVENTS = { accept: 'text/event-stream' };
const UUID = /^[\da-f-]{36}$/;

describe('a turn', () => {
  test('begins a conversation, and goes on with it', async () => {
    const relay = await serveSandbox();
    const first = await post(relay, { message: 'My name is Ada.' });
    expect([first.status, first.body]).toEqual([
      200,
      {
        conversation_id: expect.stringMatching(UUID) as string,
        reply: 'Nice to meet you, Ada. I will remember your name.',
      },
    ]);
    const { conversation_id } = first.body as { conversation_id: string };
    const later = await post(relay, { message: 'What is my name?', conversation_id });
    expect([later.status, later.body]).toEqual([
      200,
      { conversation_id, reply: 'Your name is Ada.' },
    ]);
  });

  test('is streamed to who accepts events', async () => {
    const relay = await serveSandbox();
    const { status, headers, text } = await post(relay, { message: 'My name is Ada.' }, EVENTS);
    const events = eventsIn(text);
    const reply = 'Nice to meet you, Ada. I will remember your name.';
    expect([status, headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(events.at(-1)).toEqual([
      'done',
      { conversation_id: expect.stringMatching(UUID) as string, reply },
    ]);
    const deltas = events.slice(0, -1);
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.map(([name]) => name)).toEqual(deltas.map(() => 'delta'));
    expect(deltas.map(([, data]) => (data as { text: string }).text).join('')).toBe(reply);
  });

  test('carries the name of who speaks', async () => {
    const server = await recordingServer(json({ id: 'c-1', content: 'hi' }));
    const relay = await serve([], { env: upstream(server.url) });
    const { body } = await post(relay, { message: 'hello', name: 'Ada' });
    const sent = server.requests.find(({ url }) => url.endsWith('/chat'));
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      content: 'hello',
      conversation_id: 'c-1',
      name: 'Ada',
    });
    expect(body).toEqual({ conversation_id: 'c-1', reply: 'hi' });
  });
});

describe('a body that is no request', () => {
  const invalid = { error: 'Invalid request body' };
  const missing = { error: 'message is required' };
  test.each<[unknown, object]>([
    ['', invalid],
    ['{', invalid],
    ['null', invalid],
    ['[]', invalid],
    ['"hello"', invalid],
    ['7', invalid],
    [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), invalid],
    [{ message: 7 }, invalid],
    [{ message: ['hello'] }, invalid],
    [{ message: 'hello', conversation_id: 7 }, invalid],
    [{ message: 'hello', conversation_id: {} }, invalid],
    [{ message: 'hello', name: true }, invalid],
    [{}, missing],
    [{ message: null }, missing],
    [{ message: null, conversation_id: null, name: null }, missing],
    [{ message: '' }, missing],
    [{ message: ' \n\t' }, missing],
    [{ conversation_id: 'c-1' }, missing],
  ])('%j', async (body, error) => {
    const relay = await serve([], { env: upstream('http://127.0.0.1:9') });
    for (const headers of [{}, EVENTS]) {
      const answer = await post(relay, body, headers);
      expect([answer.status, answer.body]).toEqual([400, error]);
    }
  });
});

const NOT_ALLOWED = { error: 'Method not allowed' };
const NOT_FOUND = { error: 'Not found' };

test.each<[string, string, [status: number, body: object, allow: string | null]]>([
  ['GET', '/health', [200, { status: 'ok' }, null]],
  ['POST', '/health', [405, NOT_ALLOWED, 'GET, HEAD']],
  ['GET', '/chat', [405, NOT_ALLOWED, 'POST']],
  ['PUT', '/chat', [405, NOT_ALLOWED, 'POST']],
  ['GET', '/', [404, NOT_FOUND, null]],
  ['POST', '/chat/', [404, NOT_FOUND, null]],
  ['POST', '/__proto__', [404, NOT_FOUND, null]],
])('%s %s', async (method, path, expected) => {
  const relay = await serve([], { env: upstream('http://127.0.0.1:9') });
  const { status, headers, ...response } = await askAt(relay.url + path, method);
  expect([status, response.body, headers.get('allow')]).toEqual(expected);
});

async function askAt(url: string, method: string) {
  const response = await fetch(url, { method });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('upstream fails', () => {
  const created = '{"id":"c-1"}';
  const started = { error: 'Failed to start conversation' };
  const chatted = { error: 'Failed to chat with assistant', conversation_id: 'c-1' };

  /** Answers what begins a conversation with the one, and the chat with the other status. */
  const failing = (create: number, chat: number) =>
    answeringServer((request, response) => {
      const status = request.url?.endsWith('/chat') ? chat : create;
      response.statusCode = request.method === 'GET' ? 500 : status;
      response.setHeader('content-type', 'application/json');
      response.setHeader('retry-after', '0');
      response.end(status === 200 ? created : '{"errors":[{"code":"1","title":"Secret detail"}]}');
    });

  test.each([
    [400, 400],
    [401, 401],
    [404, 404],
    [422, 422],
    [429, 429],
    [500, 500],
    [503, 503],
    [302, 502],
  ])('%i when the conversation is created: %i', async (upstreamStatus, status) => {
    const relay = await serve(['--timeout', '3'], {
      env: upstream(await failing(upstreamStatus, 0)),
    });
    const answer = await post(relay, { message: 'hello' });
    expect([answer.status, answer.body]).toEqual([status, started]);
  });

  test.each([
    [400, 400],
    [403, 403],
    [404, 404],
    [429, 429],
    [302, 502],
  ])('%i to a turn: %i, with the new id', async (upstreamStatus, status) => {
    const relay = await serve([], { env: upstream(await failing(200, upstreamStatus)) });
    const answer = await post(relay, { message: 'hello' });
    expect([answer.status, answer.body]).toEqual([status, chatted]);
    const later = await post(relay, { message: 'hello', conversation_id: 'c-2' });
    expect([later.status, later.body]).toEqual([status, { ...chatted, conversation_id: 'c-2' }]);
    const streamed = await post(relay, { message: 'hello' }, EVENTS);
    expect([streamed.status, eventsIn(streamed.text)]).toEqual([status, [['error', chatted]]]);
  });

  test('500 to a turn that cannot be looked up: 500, and it is not sent again', async () => {
    let turns = 0;
    const url = await answeringServer((request, response) => {
      if (request.url?.endsWith('/chat')) turns++;
      response.statusCode = request.url?.endsWith('/conversations') ? 200 : 500;
      response.setHeader('content-type', 'application/json').end(created);
    });
    const relay = await serve(['--timeout', '5'], { env: upstream(url), clock: realClock(10) });
    const answer = await post(relay, { message: 'hello' });
    expect([answer.status, answer.body, turns]).toEqual([500, chatted, 1]);
  });

  test('nobody listens there: 502', async () => {
    const relay = await serve(['--timeout', '3'], {
      env: upstream(`http://127.0.0.1:${await closedPort()}`),
      clock: realClock(10),
    });
    const answer = await post(relay, { message: 'hello' });
    expect([answer.status, answer.body]).toEqual([502, started]);
    const later = await post(relay, { message: 'hello', conversation_id: 'c-1' });
    expect([later.status, later.body]).toEqual([502, chatted]);
  });

  test('nothing comes in time: 504', async () => {
    const silent = await serve(['--timeout', '2'], {
      env: upstream(await answeringServer(() => undefined)),
      clock: realClock(10),
    });
    const answer = await post(silent, { message: 'hello' });
    expect([answer.status, answer.body]).toEqual([504, started]);
    const slow = await serve(['--timeout', '2'], {
      env: upstream(await chatAnswering(() => undefined)),
      clock: realClock(10),
    });
    const later = await post(slow, { message: 'hello' });
    expect([later.status, later.body]).toEqual([
      504,
      { ...chatted, conversation_id: 'conversation-1' },
    ]);
  });

  test('in the middle of a stream: an error event', async () => {
    const url = await chatAnswering((response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write('event: delta\ndata: {"content":"Hel"}\n\n');
      response.end('event: error\ndata: {"content":"secret detail"}\n\n');
    });
    const relay = await serve(['--timeout', '2'], { env: upstream(url), clock: realClock(10) });
    const { status, text } = await post(relay, { message: 'hello' }, EVENTS);
    expect([status, eventsIn(text)]).toEqual([
      200,
      [
        ['delta', { text: 'Hel' }],
        ['error', { ...chatted, conversation_id: 'conversation-1' }],
      ],
    ]);
  });
});

describe('starting', () => {
  it.each([
    [{}, 'TELNYX_API_KEY is required'],
    [{ TELNYX_API_KEY: 'KEY-1' }, 'TELNYX_ASSISTANT_ID is required'],
  ])('needs a key and an assistant: %j', async (env, message) => {
    const { code, stdout, stderr } = await runCli(['serve'], { env });
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([3, '', `error: ${message}`]);
  });

  const env = upstream('http://127.0.0.1:9');

  it.each([
    [['--host', '0.0.0.0'], {}, 'serving on 0.0.0.0 without a token'],
    [['--host', '::'], { TELNYX_CHAT_TOKEN: ' ' }, 'serving on :: without a token'],
    [['--port', '70000'], {}, 'bad --port "70000"'],
    [[], { PORT: 'http' }, 'bad PORT "http"'],
    [['--token', 'a b'], {}, 'a bearer token has characters that no token has'],
    [['--token', ''], {}, '--token is empty'],
    [['--token-file', 'none.txt'], {}, 'there is no file none.txt'],
  ])('refuses %j with %j', async (argv, more, message) => {
    const { code, stderr } = await runCli(['serve', ...argv], { env: { ...env, ...more } });
    expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
  });

  it('refuses a port that is taken', async () => {
    const { url } = await serve([], { env });
    const { code, stderr } = await runCli(['serve', '--port', new URL(url).port], { env });
    expect([code, stderr]).toEqual([
      2,
      `error: cannot listen on 127.0.0.1:${new URL(url).port} (listen EADDRINUSE: address already in use 127.0.0.1:${new URL(url).port})\nhint: choose another --port or --host\n`,
    ]);
  });

  it('takes the port of PORT', async () => {
    const port = await closedPort();
    const { url } = await serve([], { env: { ...env, PORT: String(port) } });
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });
});
