import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { post, serve, serveSandbox, upstream } from '../helpers/relay.js';

const NOWHERE = upstream('http://127.0.0.1:9');

/** All that is answered to these bytes, until the connection ends. */
function answered(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
  socket.write(bytes);
  return text(socket);
}

test('null is as if left out', async () => {
  const relay = await serveSandbox();
  const { status } = await post(relay, { message: 'hello', conversation_id: null, name: null });
  expect(status).toBe(200);
});

test('JSON may begin with a byte order mark', async () => {
  const relay = await serveSandbox();
  expect((await post(relay, '\uFEFF{"message":"hello"}')).status).toBe(200);
});

test('a body in an encoding is refused as such', async () => {
  const relay = await serve([], { env: NOWHERE });
  const body = gzipSync('{"message":"hello"}');
  const answer = await post(relay, body, { 'content-encoding': 'gzip' });
  expect([answer.status, answer.body, answer.headers.get('accept-encoding')]).toEqual([
    415,
    { error: 'Content-Encoding is not supported' },
    'identity',
  ]);
  expect((await post(relay, '{}', { 'content-encoding': 'identity' })).status).toBe(400);
});

test.each([
  ['text/event-stream', true],
  ['TEXT/Event-Stream; charset=utf-8', true],
  ['application/json, text/event-stream', true],
  ['text/event-stream, */*;q=0.1', true],
  ['application/json;q=0.9, text/event-stream', true],
  ['text/event-stream;q=0.5, application/json', false],
  ['text/event-stream;q=0.5, */*', false],
  ['text/event-stream;q=0', false],
  ['text/event-stream;q=0.0, */*', false],
  ['application/json', false],
  ['text/html, */*', false],
  ['*/*', false],
])('Accept: %s: events %s', async (accept, isStream) => {
  const relay = await serveSandbox();
  const { headers } = await post(relay, { message: 'hello' }, { accept });
  const types = { true: 'text/event-stream; charset=utf-8', false: 'application/json' };
  expect(headers.get('content-type')).toBe(types[`${isStream}`]);
});

test.each([
  ['http://localhost/health', 200],
  ['HTTP://LOCALHOST:8080/health?x=1', 200],
  ['http://localhost', 404],
  ['http://evil.example/metrics', 403],
])('the target of a request may be absolute: %s: %i', async (target, status) => {
  const { url } = await serve([], { env: NOWHERE });
  const head = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  expect(await answered(url, head)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('a probe by HTTP/1.0 without a Host is answered, and nothing else', async () => {
  const { url } = await serve([], { env: NOWHERE });
  expect(await answered(url, 'GET /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  expect(await answered(url, 'POST /chat HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 403 /);
});

test('probes are answered whatever their Host where no loopback is bound, turns are not', async () => {
  const argv = ['--host', '0.0.0.0', '--insecure', '--allow-host', 'chat.example'];
  const relay = await serve(argv, { env: NOWHERE });
  const url = relay.url.replace('0.0.0.0', '127.0.0.1');
  const ask = (line: string, host: string) =>
    answered(url, `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(await ask('GET /health', '10.0.0.7:8080')).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask('GET /ready', '10.0.0.7:8080')).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask('POST /chat', '10.0.0.7:8080')).toMatch(/^HTTP\/1.1 403 /);
  expect(await ask('POST /chat', 'chat.example')).toMatch(/^HTTP\/1.1 400 /);
});

test('--host may have the brackets of a URL', async () => {
  const { url } = await serve(['--host', '[::1]'], { env: NOWHERE });
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});
