import { CALLER_BOUNDS } from '../../src/relay/server.js';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../src/relay/openapi.js';
import { realClock } from '../helpers/real-clock.js';
import { chatAnswering } from '../helpers/answering-server.js';
import { boundedRelay } from '../helpers/bounded-relay.js';
import { eventsIn, post, serve, upstream, type RunningRelay } from '../helpers/relay.js';
import { closedPort } from '../helpers/socket-server.js';

const NOWHERE = upstream('http://127.0.0.1:9');
const EVENTS = { accept: 'text/event-stream' };

const metricsOn = async (port: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

async function requestsIn(relay: RunningRelay): Promise<Record<string, unknown>[]> {
  const { stderr } = await relay.stop();
  const lines = stderr.split('\n').filter((line) => line.includes('"msg":"request"'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a stream whose turn fails is logged and counted as failed, though its head said 200', async () => {
  const url = await chatAnswering((response) => {
    response.setHeader('content-type', 'text/event-stream');
    response.write('event: delta\ndata: {"content":"Hel"}\n\n');
    response.end('event: error\ndata: {"content":"no"}\n\n');
  });
  const port = await closedPort();
  const relay = await serve(['--timeout', '2', '--metrics-port', String(port)], {
    env: upstream(url),
    clock: realClock(10),
  });
  const { status, text } = await post(relay, { message: 'hello' }, EVENTS);
  expect([status, eventsIn(text).map(([name]) => name)]).toEqual([200, ['delta', 'error']]);
  const counted = /^telnyx_chat_requests_total\{route="\/chat",status="502"\} 1$/m;
  await expect.poll(() => metricsOn(port)).toMatch(counted);
  expect(await metricsOn(port)).not.toContain('route="/chat",status="200"');
  expect(await requestsIn(relay)).toEqual([
    expect.objectContaining({ level: 'warn', route: '/chat', status: 502 }),
  ]);
});

describe('an answer of the relay before the end of a request', () => {
  const HEAD = 'POST /chat HTTP/1.1\r\nHost: localhost\r\n';

  test('408, when the body takes too long, is counted as 408', async () => {
    const port = await closedPort();
    const bounds = { headersMs: 150, requestMs: 200, checkMs: 20 };
    const relay = await boundedRelay({ ...CALLER_BOUNDS, ...bounds }, 'hi', { metricsPort: port });
    await sentTo(relay.url, `${HEAD}Content-Length: 99\r\n\r\n{`);
    const counted = /^telnyx_chat_requests_total\{route="\/chat",status="408"\} 1$/m;
    await expect.poll(() => metricsOn(port)).toMatch(counted);
  });

  test('400, when a chunk is none, is logged as 400', async () => {
    const relay = await serve([], { env: NOWHERE });
    await sentTo(relay.url, `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect(await requestsIn(relay)).toEqual([expect.objectContaining({ status: 400 })]);
  });

  /** Resolves when the relay has ended the connection. */
  async function sentTo(url: string, bytes: string): Promise<void> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').resume();
    socket.write(bytes);
    await once(socket, 'close');
  }
});

test('what alerts wait for is counted from 0 at the start', async () => {
  const port = await closedPort();
  await serve(['--ui', '--metrics-port', String(port)], { env: NOWHERE });
  const text = await metricsOn(port);
  for (const series of [
    'requests_total{route="/chat",status="500"}',
    'requests_total{route="/chat",status="503"}',
    'requests_total{route="/ready",status="500"}',
    'requests_total{route="/ui/tool-calls",status="500"}',
    'requests_total{route="other",status="500"}',
    'upstream_requests_total{operation="chat",status="402"}',
    'upstream_requests_total{operation="create_conversation",status="402"}',
  ])
    expect(text).toContain(`\ntelnyx_chat_${series} 0\n`);
});

describe('paths and methods', () => {
  const TOKEN = { authorization: 'Bearer a-token-of-some-length' };

  test.each([
    ['GET', '/chat', 405, 'POST'],
    ['POST', '/health', 405, 'GET, HEAD'],
    ['POST', '/ready', 405, 'GET, HEAD'],
    ['POST', '/metrics', 405, 'GET, HEAD'],
    ['POST', '/openapi.json', 405, 'GET, HEAD'],
    ['HEAD', '/metrics', 200, null],
    ['GET', '/nowhere', 404, null],
  ])('%s %s: %i', async (method, path, status, allow) => {
    const argv = ['--token', 'a-token-of-some-length'];
    const { url } = await serve(argv, { env: NOWHERE });
    const answer = await fetch(url + path, { method, headers: TOKEN });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
  });

  test.each(['GET', 'POST', 'HEAD'])('%s /metrics without tokens: 404', async (method) => {
    const { url } = await serve([], { env: NOWHERE });
    const { status } = await fetch(`${url}/metrics`, { method });
    expect([status, openApiDocument(false)]).toEqual([
      404,
      expect.not.stringContaining('/metrics'),
    ]);
  });
});
