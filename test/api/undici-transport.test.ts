import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/api/http.js';
import type { Transport } from '../../src/api/transport.js';
import { createUndiciTransport } from '../../src/api/undici-transport.js';
import { all } from '../helpers/api-client.js';
import { failureOf } from '../helpers/failure.js';
import { json, recordingServer } from '../helpers/recording-server.js';
import { socketServer } from '../helpers/socket-server.js';
import { stillClock } from '../helpers/still-clock.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const OK = `${HEAD}content-length: 2\r\n\r\nok`;
const long = 10_000;
const DAY_MS = 86_400_000;
const NO_BOUNDS = { connectMs: DAY_MS, silenceMs: DAY_MS, totalMs: DAY_MS };

function transportTo(url: string): Transport {
  const transport = createUndiciTransport({ baseUrl: url, proxy: undefined, clock: stillClock() });
  onTestFinished(() => transport.close());
  return transport;
}

function request(more: Partial<HttpRequest> = {}): HttpRequest {
  const timeouts = { connectMs: long, silenceMs: long, totalMs: long };
  const { signal } = new AbortController();
  return { method: 'POST', path: '/', headers: {}, body: '{}', signal, timeouts, ...more };
}

/** Lets the event loop go round once. */
const roundOfEvents = () => new Promise(setImmediate);

async function textOf(response: Promise<HttpResponse>): Promise<string> {
  return Buffer.concat(await all((await response).body)).toString();
}

/** A server that answers each request with the next of these bytes; counts what it got over each connection. */
async function answeringEach(first: readonly string[]) {
  const answers = [...first];
  const sockets: Socket[] = [];
  const carried: number[] = [];
  const bodies: string[] = [];
  const { url } = await socketServer((socket) => {
    const index = sockets.push(socket) - 1;
    carried.push(0);
    socket.on('data', (bytes: Buffer) => {
      carried[index] = (carried[index] ?? 0) + 1;
      bodies.push(bytes.toString().split('\r\n\r\n')[1] ?? '');
      socket.write(answers.shift() ?? OK);
    });
  });
  return { url, answers, carried, bodies, sockets };
}

describe('a connection carries the next request', () => {
  test.each([
    ['a length', OK, [2]],
    ['chunks', `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, [2]],
    [
      'HTTP/1.0, kept',
      `HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok`,
      [2],
    ],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', [1, 1]],
    ['a close', `${HEAD}connection: close\r\ncontent-length: 2\r\n\r\nok`, [1, 1]],
    [
      'a server that is about to end it',
      `${HEAD}keep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok`,
      [1, 1],
    ],
    ['more than its length', `${OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`, [1, 1]],
  ])('after %s: %s', async (_, answer, expected) => {
    const { url, carried } = await answeringEach([answer]);
    const transport = transportTo(url);
    expect(await textOf(transport.request(request()))).toBe('ok');
    expect(await textOf(transport.request(request()))).toBe('ok');
    expect(carried).toEqual(expected);
  });

  test('but not one that is aborted before it is written', async () => {
    const { url, bodies, carried } = await answeringEach([]);
    const transport = transportTo(url);
    await textOf(transport.request(request({ body: '1' })));
    const caller = new AbortController();
    const aborted = transport.request(request({ body: '2', signal: caller.signal }));
    caller.abort();
    expect(await failureOf(aborted)).toMatchObject({ kind: 'interrupted', delivery: 'not_sent' });
    await roundOfEvents();
    expect(await textOf(transport.request(request({ body: '3' })))).toBe('ok');
    expect([bodies, carried]).toEqual([['1', '3'], [2]]);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['is closed', (socket) => void socket.end()],
    ['is reset', (socket) => void socket.resetAndDestroy()],
  ])('over another one when it %s before anything is written', async (_, end) => {
    const { url, bodies, carried, sockets } = await answeringEach([]);
    const transport = transportTo(url);
    await textOf(transport.request(request({ body: '1' })));
    // The end arrives after the request was given to the connection, and before it is written.
    await roundOfEvents();
    end(sockets[0]!);
    expect(await textOf(transport.request(request({ body: '2' })))).toBe('ok');
    expect([bodies, carried]).toEqual([
      ['1', '2'],
      [1, 1],
    ]);
  });

  test('not after bytes that nobody asked for', async () => {
    const { url, carried, sockets } = await answeringEach([]);
    const transport = transportTo(url);
    await textOf(transport.request(request()));
    const [socket] = sockets;
    const isClosed = new Promise((resolve) => socket?.on('close', resolve));
    socket?.write(`${HEAD}content-length: 4\r\n\r\nevil`);
    await isClosed;
    expect(await textOf(transport.request(request()))).toBe('ok');
    expect(carried).toEqual([1, 1]);
  });

  test('not after an answer to half a request', async () => {
    let connections = 0;
    const { url } = await socketServer((socket) => {
      connections++;
      socket.once('data', () => {
        socket.pause();
        socket.write(OK);
      });
    });
    const transport = transportTo(url);
    const body = 'x'.repeat(32 * 1024 * 1024);
    expect(await textOf(transport.request(request({ body })))).toBe('ok');
    expect(await textOf(transport.request(request()))).toBe('ok');
    expect(connections).toBe(2);
  });

  test('of two at once, each has one of its own, the last one used first', async () => {
    const { url, carried } = await answeringEach([]);
    const transport = transportTo(url);
    const send = () => textOf(transport.request(request()));
    expect(await Promise.all([send(), send()])).toEqual(['ok', 'ok']);
    expect(await send()).toBe('ok');
    expect(carried.toSorted()).toEqual([1, 2]);
  });

  describe('for some time', () => {
    const KEPT = `${HEAD}keep-alive: timeout=600\r\ncontent-length: 2\r\n\r\nok`;

    async function withFakeTimers(answer: string) {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const server = await answeringEach(Array.from({ length: 9 }, () => answer));
      const transport = transportTo(server.url);
      const send = () => textOf(transport.request(request({ timeouts: NO_BOUNDS })));
      await send();
      const isClosed = new Promise((resolve) => server.sockets[0]?.on('close', resolve));
      return { ...server, transport, send, isClosed };
    }

    test('of idling', async () => {
      const { send, isClosed, carried } = await withFakeTimers(OK);
      vi.advanceTimersByTime(3_900);
      await send();
      await roundOfEvents();
      vi.advanceTimersByTime(5_000);
      await isClosed;
      await send();
      expect(carried).toEqual([2, 1]);
    });

    test('in all, so that it is replaced though it is always in use', async () => {
      const { send, isClosed, carried } = await withFakeTimers(KEPT);
      for (const ms of [25_000, 25_000, 9_900]) {
        vi.advanceTimersByTime(ms);
        await send();
      }
      vi.advanceTimersByTime(200);
      await isClosed;
      await send();
      expect(carried).toEqual([4, 1]);
    });

    test('in all, but to the end of its request', async () => {
      const { transport, send, isClosed, carried, sockets, answers } = await withFakeTimers(KEPT);
      answers.unshift(`${HEAD}content-length: 2\r\n\r\no`);
      const { body } = await transport.request(request({ timeouts: NO_BOUNDS }));
      vi.advanceTimersByTime(60_000);
      sockets[0]?.write('k');
      expect(Buffer.concat(await all(body)).toString()).toBe('ok');
      await isClosed;
      await send();
      expect(carried).toEqual([2, 1]);
    });
  });
});

describe('a request', () => {
  test('is one in whatever letters it is written', async () => {
    const server = await recordingServer(json({}));
    const transport = transportTo(`${server.url}/base/`);
    const bodies = ['plain', 'h\u00e9', '\u{1f44b} \u4f60\u597d', '\ud800', undefined];
    const headers = { 'x-name': 'Zo\u00eb', accept: '*/*' };
    for (const body of bodies) {
      await textOf(transport.request(request({ path: '/a?b=c', headers, body })));
    }
    expect(server.requests.map(({ body }) => body)).toEqual([
      'plain',
      'h\u00e9',
      '\u{1f44b} \u4f60\u597d',
      '\ufffd',
      '',
    ]);
    const [first] = server.requests;
    expect(first).toMatchObject({ method: 'POST', url: '/base/a?b=c', headers });
    expect(first?.headers).toMatchObject({
      host: new URL(server.url).host,
      connection: 'keep-alive',
      'content-length': '5',
    });
    expect(server.connections()).toBe(1);
  });

  test.each<[string, Partial<HttpRequest>]>([
    ['a line in a header', { headers: { accept: 'x\r\nx-more: y' } }],
    ['a NUL in a header', { headers: { accept: 'x\0' } }],
    ['a character beyond latin1 in a header', { headers: { accept: '\u{1f44b}' } }],
    ['a name that is none', { headers: { 'x: y\r\nz': 'a' } }],
    ['a line in the path', { path: '/ HTTP/1.1\r\nx: y\r\n\r\n' }],
    ['a space in the path', { path: '/a b' }],
  ])('with %s is not sent', async (_, more) => {
    const server = await recordingServer(json({}));
    await expect(transportTo(server.url).request(request(more))).rejects.toThrow(TypeError);
    expect([server.requests, server.connections()]).toEqual([[], 0]);
  });
});

describe('a reader slower than the sender', () => {
  test('holds it back, gets all, and leaves a connection that works', async () => {
    // More than the system takes in between.
    const body = 'x'.repeat(15 * 1024 * 1024);
    const { url, carried, sockets } = await answeringEach([
      `${HEAD}content-length: ${body.length}\r\n\r\n${body}`,
    ]);
    const transport = transportTo(url);
    const { body: pieces } = await transport.request(request());
    for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate);
    expect(sockets[0]?.writableLength).toBeGreaterThan(0);
    expect(Buffer.concat(await all(pieces)).toString() === body).toBe(true);
    expect(await textOf(transport.request(request()))).toBe('ok');
    expect(carried).toEqual([2]);
  });

  test('who leaves ends the connection', async () => {
    const { url, sockets } = await answeringEach([`${HEAD}content-length: 99\r\n\r\nx`]);
    const { body } = await transportTo(url).request(request());
    const isClosed = new Promise((resolve) => sockets[0]?.on('close', resolve));
    for await (const piece of body) {
      expect(piece.toString()).toBe('x');
      break;
    }
    await isClosed;
  });
});

test('TLS: large bodies both ways, over one connection, and its session for the next', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const opened: [resumed: boolean, protocol: unknown, name: unknown][] = [];
  const options = { key: PRIVATE_KEY, cert: CERTIFICATE, ALPNProtocols: ['http/1.1'] };
  const server = createTlsServer(options, (incoming, response) => void incoming.pipe(response));
  server.on('secureConnection', (socket: TLSSocket) => {
    opened.push([socket.isSessionReused(), socket.alpnProtocol, Reflect.get(socket, 'servername')]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const transport = transportTo(`https://localhost:${(server.address() as AddressInfo).port}`);
  const body = 'h\u00e9'.repeat(500_000);
  const echo = async () => (await textOf(transport.request(request({ body })))) === body;
  expect(await echo()).toBe(true);
  expect(await echo()).toBe(true);
  expect(await Promise.all([echo(), echo()])).toEqual([true, true]);
  const fresh = [false, 'http/1.1', 'localhost'];
  expect(opened).toEqual([fresh, [true, ...fresh.slice(1)]]);
});

test('a request under way fails at once when its transport is closed', async () => {
  let arrived: () => void = () => undefined;
  const hasArrived = new Promise<void>((resolve) => void (arrived = resolve));
  const { url } = await socketServer((socket) => void socket.on('data', arrived));
  const transport = transportTo(url);
  const failed = failureOf(transport.request(request()));
  await hasArrived;
  transport.close();
  expect(await failed).toMatchObject({ kind: 'network', delivery: 'unknown' });
});
