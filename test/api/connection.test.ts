import dns from 'node:dns';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import {
  all,
  apiClient,
  options,
  TRANSPORTS,
  TURN,
  type ApiClient,
} from '../helpers/api-client.js';
import { connectProxy, tunnelTo } from '../helpers/connect-proxy.js';
import { failureOf, type Failure } from '../helpers/failure.js';
import { json, raw, recordingServer } from '../helpers/recording-server.js';
import { stillClock } from '../helpers/still-clock.js';
import { answering, closedPort, socketServer } from '../helpers/socket-server.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';

const chat = (client: ApiClient, more?: Parameters<typeof options>[0]) =>
  all(client.chat(TURN, options(more)));
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const nothing = (): void => undefined;
const reset = (socket: Socket): void => void socket.resetAndDestroy();
const end = (socket: Socket): void => void socket.end();

const ON_THE_WAY = 'check the network and what is on the way: a proxy, a VPN, a firewall';
const NO_HTTP = 'check the base URL and the proxy: something else listens there';
const NO_PROXY = 'check the proxy URL: what listens there may be no proxy, or not let you through';
const MORE_TIME = 'allow more time: a longer timeout';

describe.each(TRANSPORTS)('over %s', (_, openTransport) => {
  const clientOf = (url: string): ApiClient => apiClient(url, { openTransport });

  describe('an answer that breaks off or is none', () => {
    const cut = (host: string, code: string): Failure => ({
      kind: 'network',
      message: `connection cut by ${host} (${code})`,
      hint: ON_THE_WAY,
      delivery: 'unknown',
    });
    const notHttp = (host: string): Failure => ({
      kind: 'network',
      message: `the answer of ${host} is not HTTP`,
      hint: NO_HTTP,
      delivery: 'unknown',
    });
    test.each<[string, (socket: Socket) => void, (host: string) => Failure]>([
      ['reset before its head', answering('', reset), (host) => cut(host, 'ECONNRESET')],
      ['closed before its head', answering('', end), (host) => cut(host, 'ECONNRESET')],
      [
        'reset within its head',
        answering('HTTP/1.1 200 O', reset),
        (host) => cut(host, 'ECONNRESET'),
      ],
      [
        'closed within its body',
        answering(`${HEAD}content-length: 99\r\n\r\n{"con`, end),
        (host) => cut(host, 'ECONNRESET'),
      ],
      [
        'reset within its body',
        answering(`${HEAD}content-length: 99\r\n\r\n{"con`, reset),
        (host) => cut(host, 'ECONNRESET'),
      ],
      [
        'closed between chunks',
        answering(`${HEAD}transfer-encoding: chunked\r\n\r\n5\r\n{"con\r\n`, end),
        (host) => cut(host, 'ECONNRESET'),
      ],
      ['a bad chunk', answering(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`), notHttp],
      ['two lengths', answering(`${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n{`), notHttp],
      ['another protocol', answering('SSH-2.0-OpenSSH_9.6\r\n'), notHttp],
      ['too long a head', answering(`${HEAD}x: ${'x'.repeat(20_000)}\r\n\r\n`), notHttp],
      [
        'another protocol, by agreement',
        answering('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
        (host) => ({
          kind: 'network',
          message: `${host} wants to speak another protocol`,
          hint: NO_HTTP,
          delivery: 'unknown',
        }),
      ],
    ])('%s', async (_, serve, expected) => {
      const { url } = await socketServer(serve);
      const client = clientOf(url);
      const refused = expected(new URL(url).host);
      expect(await failureOf(chat(client))).toEqual(refused);
      expect(client.reports.map(({ outcome }) => outcome)).toEqual([refused.message]);
    });

    test('a body longer than it said is cut at what it said', async () => {
      const { url } = await socketServer(
        answering(`${HEAD}content-length: 16\r\n\r\n{"content":"hi"}}}}}`),
      );
      expect(await chat(clientOf(url))).toEqual([{ type: 'done', reply: 'hi' }]);
    });

    test('a body that ends with its connection', async () => {
      const { url } = await socketServer(answering(`${HEAD}\r\n{"content":"hi"}`, end));
      expect(await chat(clientOf(url))).toEqual([{ type: 'done', reply: 'hi' }]);
    });

    test('a stream cut in the middle', async () => {
      const { url } = await socketServer(answering(`${STREAM_HEAD}data: h`, end));
      expect(await failureOf(chat(clientOf(url)))).toEqual({
        kind: 'network',
        message: 'the reply was cut off',
        hint: ON_THE_WAY,
        delivery: 'unknown',
      });
    });

    test('a refusal whose body is lost is still a refusal', async () => {
      const head =
        'HTTP/1.1 429 Too Many Requests\r\nretry-after: 3\r\ncontent-length: 99\r\n\r\n{';
      const { url } = await socketServer(answering(head, reset));
      expect(await failureOf(chat(clientOf(url)))).toMatchObject({
        kind: 'rate_limited',
        delivery: 'refused',
        retryAfterMs: 3_000,
      });
    });

    test.each([
      ['JSON', HEAD],
      ['a stream', STREAM_HEAD.slice(0, -2)],
    ])('%s of more than 16 MiB', async (_, head) => {
      const piece = 'x'.repeat(1024 * 1024);
      const { url } = await socketServer(
        answering(`${head}\r\n`, (socket) => {
          for (let count = 0; count < 17; count++) socket.write(piece);
        }),
      );
      expect(await failureOf(chat(clientOf(url)))).toEqual({
        kind: 'api',
        message: 'the answer is larger than 16 MiB',
        delivery: 'unknown',
      });
    });
  });

  describe('no connection', () => {
    test('nobody listens', async () => {
      const host = `127.0.0.1:${await closedPort()}`;
      expect(await failureOf(chat(clientOf(`http://${host}`)))).toEqual({
        kind: 'network',
        message: `connection refused by ${host} (ECONNREFUSED)`,
        hint: 'check the base URL, and that a server or proxy listens there',
        delivery: 'not_sent',
      });
    });

    test.each([
      ['ENOTFOUND', 'could not find the host', 'check the network, DNS and the base URL'],
      ['EAI_AGAIN', 'could not look up the host', 'check the network and DNS'],
    ])('the name is not found: %s', async (code, words, hint) => {
      const lookup = vi.spyOn(dns, 'lookup');
      onTestFinished(() => lookup.mockRestore());
      lookup.mockImplementation(((
        _name: string,
        _options: unknown,
        done: (error: Error) => void,
      ) => {
        done(Object.assign(new Error(code), { code }));
      }) as unknown as typeof dns.lookup);
      expect(await failureOf(chat(clientOf('http://localhost:9')))).toEqual({
        kind: 'network',
        message: `${words} localhost:9 (${code})`,
        hint,
        delivery: 'not_sent',
      });
    });

    test('a certificate that nobody trusts', async () => {
      const { host, requests } = await tlsServer();
      expect(await failureOf(chat(clientOf(`https://${host}`)))).toEqual({
        kind: 'network',
        message: `no trusted connection to ${host} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
        hint: 'a company proxy may need its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; also check the clock',
        delivery: 'not_sent',
      });
      expect(requests).toEqual([]);
    });

    test('a server without TLS', async () => {
      const { port } = await socketServer(answering('HTTP/1.1 400 Bad Request\r\n\r\n'));
      expect(await failureOf(chat(clientOf(`https://localhost:${port}`)))).toMatchObject({
        kind: 'network',
        message: expect.stringMatching(/^no TLS connection to localhost:\d+ \(EPROTO\)/) as string,
        delivery: 'not_sent',
      });
    });
  });

  describe('time', () => {
    test('no connection', async () => {
      // TLS that never answers the greeting.
      const { port } = await socketServer(nothing);
      expect(
        await failureOf(chat(clientOf(`https://localhost:${port}`), { timeoutMs: 60 })),
      ).toMatchObject({
        kind: 'timeout',
        delivery: 'not_sent',
      });
    });

    test('no first byte', async () => {
      const { url } = await socketServer(nothing);
      const client = clientOf(url);
      const expected = {
        kind: 'timeout',
        message: 'no answer within 0.1 s',
        hint: MORE_TIME,
        delivery: 'unknown',
      };
      expect(await failureOf(chat(client, { timeoutMs: 60 }))).toEqual(expected);
      expect(client.reports.map(({ outcome }) => outcome)).toEqual([expected.message]);
    });

    test('no end, with a byte now and then', async () => {
      const { url } = await socketServer(
        answering(STREAM_HEAD, (socket) => {
          const timer = setInterval(() => socket.write(': hello\n\n'), 10);
          socket.on('close', () => clearInterval(timer));
        }),
      );
      expect(await failureOf(chat(clientOf(url), { timeoutMs: 100 }))).toEqual({
        kind: 'timeout',
        message: 'no answer within 0.1 s',
        hint: MORE_TIME,
        delivery: 'unknown',
      });
    });

    describe('bounds apart from each other', () => {
      const long = 10_000;
      const bounds = { connectMs: long, silenceMs: long, totalMs: long };

      function get(url: string, timeouts: Partial<typeof bounds>) {
        const transport = openTransport({ baseUrl: url, proxy: undefined, clock: stillClock() });
        onTestFinished(() => transport.close());
        const { signal } = options();
        const request = { method: 'GET', path: '/', headers: {}, signal } as const;
        return transport.request({ ...request, timeouts: { ...bounds, ...timeouts } });
      }

      test('the connection', async () => {
        const { port } = await socketServer(nothing);
        expect(await failureOf(get(`https://localhost:${port}`, { connectMs: 50 }))).toEqual({
          kind: 'timeout',
          message: `no connection to localhost:${port} within 0.1 s`,
          hint: ON_THE_WAY,
          delivery: 'not_sent',
        });
      });

      test('the silence of a stream', async () => {
        const { url } = await socketServer(answering(`${STREAM_HEAD}data: hi\n\n`));
        const { body } = await get(url, { connectMs: 1_000, silenceMs: 50 });
        expect(await failureOf(all(body))).toEqual({
          kind: 'timeout',
          message: 'the answer stopped for 0.1 s',
          hint: ON_THE_WAY,
          delivery: 'unknown',
        });
      });

      test('the silence of a refusal, of which the status says enough', async () => {
        const { url } = await socketServer(
          answering('HTTP/1.1 429 Too Many Requests\r\ncontent-length: 99\r\n\r\n{'),
        );
        const { body } = await get(url, {});
        expect(await failureOf(all(body))).toMatchObject({ message: 'the answer stopped for 3 s' });
      });

      test('a reader who takes long is not taken for silence', async () => {
        const { url } = await socketServer(answering(`${STREAM_HEAD}data: hi\n\n`, end));
        const { body } = await get(url, { silenceMs: 20 });
        const pieces: string[] = [];
        for await (const piece of body) {
          await new Promise((resolve) => setTimeout(resolve, 60));
          pieces.push(piece.toString());
        }
        expect(pieces).toEqual(['data: hi\n\n']);
      });
    });
  });

  describe('an abort', () => {
    const stop = new AppError('terminated', 'terminated');
    const stopped = (delivery: string) => ({ kind: 'terminated', message: 'terminated', delivery });

    test('before the request', async () => {
      const server = await recordingServer(json({ content: 'hi' }));
      const client = clientOf(server.url);
      expect(await failureOf(chat(client, { signal: AbortSignal.abort(stop) }))).toEqual(
        stopped('not_sent'),
      );
      expect(server.requests).toEqual([]);
    });

    test('while the connection opens', async () => {
      const caller = new AbortController();
      const { port } = await socketServer(() => caller.abort(stop));
      const client = clientOf(`https://localhost:${port}`);
      expect(await failureOf(chat(client, { signal: caller.signal }))).toEqual(stopped('not_sent'));
    });

    test('while the head is awaited', async () => {
      const caller = new AbortController();
      const { url } = await socketServer(answering('', () => caller.abort(stop)));
      expect(await failureOf(chat(clientOf(url), { signal: caller.signal }))).toEqual(
        stopped('unknown'),
      );
    });

    test.each([
      ['body', `${HEAD}\r\n{"con`],
      ['stream', `${STREAM_HEAD}: hello\n\n`],
      ['body of a refusal', 'HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\n{'],
    ])('while the %s is read', async (_, bytes) => {
      const caller = new AbortController();
      const { url } = await socketServer(
        answering(bytes, (socket) => {
          socket.on('close', nothing);
          setImmediate(() => caller.abort(stop));
        }),
      );
      expect(await failureOf(chat(clientOf(url), { signal: caller.signal }))).toEqual(
        stopped('unknown'),
      );
    });

    test('for another reason is an interrupt', async () => {
      const caller = new AbortController();
      const { url } = await socketServer(answering('', () => caller.abort()));
      expect(await failureOf(chat(clientOf(url), { signal: caller.signal }))).toEqual({
        kind: 'interrupted',
        message: 'interrupted',
        delivery: 'unknown',
      });
    });

    test('after the answer changes nothing, and nothing listens for it any more', async () => {
      const server = await recordingServer(json({ content: 'hi' }));
      const caller = new AbortController();
      const remove = vi.spyOn(caller.signal, 'removeEventListener');
      const add = vi.spyOn(caller.signal, 'addEventListener');
      await chat(clientOf(server.url), { signal: caller.signal });
      expect(remove.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
        add.mock.calls.map(([type, listener]) => [type, listener]),
      );
    });

    test('of a reader closes the connection', async () => {
      let closed: () => void = nothing;
      const isClosed = new Promise<void>((resolve) => void (closed = resolve));
      const { url } = await socketServer(
        answering(`${STREAM_HEAD}data: hi\n\n`, (socket) => void socket.on('close', closed)),
      );
      const client = clientOf(url);
      for await (const event of client.chat(TURN, options())) {
        expect(event).toEqual({ type: 'delta', text: 'hi' });
        break;
      }
      await isClosed;
      expect(client.reports.map(({ outcome }) => outcome)).toEqual(['left unread']);
    });
  });

  describe('one connection', () => {
    test('serves call after call, refusals and streams included', async () => {
      const server = await recordingServer((response, request) => {
        const isStream = request.body.includes('"stream":true');
        const answer = isStream
          ? raw(
              200,
              { 'content-type': 'text/event-stream' },
              'data: hi\n\ndata: [DONE]\n\n: bye\n\n',
            )
          : request.method === 'POST'
            ? json({ content: 'hi' })
            : json({ errors: [] }, 404);
        answer(response, request);
      });
      const client = clientOf(server.url);
      await chat(client);
      await failureOf(client.getConversation('c', options()));
      await all(client.chat({ ...TURN, stream: true }, options()));
      await vi.waitFor(() => expect(client.reports).toHaveLength(3));
      await chat(client);
      expect([server.requests.length, server.connections()]).toEqual([4, 1]);
      expect(client.reports.map(({ outcome, connectMs }) => [outcome, connectMs])).toEqual([
        ['200', 0],
        ['404', undefined],
        ['200', undefined],
        ['200', undefined],
      ]);
    });

    test('that was closed in the meantime makes the turn unknown, not sent twice', async () => {
      let count = 0;
      const { url } = await socketServer((socket) => {
        socket.on('data', () => {
          if (++count === 1) socket.write(`${HEAD}content-length: 16\r\n\r\n{"content":"hi"}`);
          else socket.resetAndDestroy();
        });
      });
      const client = clientOf(url);
      await chat(client);
      expect(await failureOf(chat(client))).toMatchObject({
        kind: 'network',
        delivery: 'unknown',
        diedIdle: true,
      });
      expect(count).toBe(2);
    });

    test('that is cut when the server may have been at work for a while did not die idle', async () => {
      const clock = stillClock();
      let count = 0;
      const { url } = await socketServer((socket) => {
        socket.on('data', () => {
          if (++count < 3) socket.write(`${HEAD}content-length: 16\r\n\r\n{"content":"hi"}`);
          clock.advance(count === 2 ? 0 : workMs);
          if (count === 3) socket.resetAndDestroy();
        });
      });
      let workMs = 0;
      const idleAfter = async (ms: number): Promise<boolean | undefined> => {
        [workMs, count] = [ms, 0];
        const client = apiClient(url, { openTransport, clock });
        await chat(client);
        await chat(client);
        return (await failureOf(chat(client))).diedIdle;
      };
      expect(await idleAfter(1_000)).toBe(true);
      expect(await idleAfter(1_001)).toBeUndefined();
    });

    test('that is cut within a later answer did not die idle', async () => {
      let count = 0;
      const { url } = await socketServer((socket) => {
        socket.on('data', () => {
          if (++count === 1) socket.write(`${HEAD}content-length: 16\r\n\r\n{"content":"hi"}`);
          else socket.write('HTTP/1.1 200 O', () => socket.end());
        });
      });
      const client = clientOf(url);
      await chat(client);
      const failure = await failureOf(chat(client));
      expect(failure).toMatchObject({ kind: 'network', delivery: 'unknown' });
      expect(failure.diedIdle).toBeUndefined();
      expect(count).toBe(2);
    });
  });

  test('no response in an encoding is asked for, whoever asks', async () => {
    const server = await recordingServer(json({ content: 'hi' }));
    const client = clientOf(server.url);
    await chat(client);
    await all(client.chat({ ...TURN, stream: true }, options()));
    await client.deleteConversation('c-1', options());
    const encodings = server.requests.map(({ headers }) => headers['accept-encoding']);
    expect(encodings).toEqual(['identity', 'identity', 'identity']);
  });

  test('a redirect is not followed', async () => {
    const other = await recordingServer(json({ content: 'stolen' }));
    const server = await recordingServer(raw(307, { location: other.url }));
    expect((await failureOf(chat(clientOf(server.url)))).message).toBe(
      'the API answered 307: a redirect, which is not followed',
    );
    expect(other.requests).toEqual([]);
  });
});

describe('a proxy', () => {
  test('carries calls through one tunnel, with its login and without our key', async () => {
    trustAnyCertificate();
    const { host } = await tlsServer();
    const proxy = await connectProxy((request, socket) => {
      tunnel(request, socket);
    });
    const client = apiClient(`https://${host}`, {
      proxy: new URL(`http://me:p%40ss@127.0.0.1:${proxy.port}`),
    });
    expect(await chat(client)).toEqual([{ type: 'done', reply: 'hi' }]);
    expect(await chat(client)).toEqual([{ type: 'done', reply: 'hi' }]);
    expect(proxy.requests).toEqual([
      [
        `CONNECT ${host} HTTP/1.1`,
        `Proxy-Authorization: Basic ${Buffer.from('me:p@ss').toString('base64')}`,
        `Host: ${host}`,
        'Proxy-Connection: Keep-Alive',
      ],
    ]);
  });

  test.each([
    [407, { hint: 'put the login into the proxy URL: http://name:password@host:port' }],
    [403, { hint: NO_PROXY }],
    [502, { hint: NO_PROXY }],
  ])('that answers %i: nothing was sent', async (status, more) => {
    const proxy = await connectProxy((_, socket) => {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\nno`);
    });
    const client = apiClient('https://localhost:1', {
      proxy: new URL(`http://127.0.0.1:${proxy.port}`),
    });
    expect(await failureOf(chat(client))).toEqual({
      kind: 'network',
      message: `the proxy answered ${status}`,
      delivery: 'not_sent',
      ...more,
    });
  });

  test('that nobody listens at is named', async () => {
    const port = await closedPort();
    const client = apiClient('https://localhost:1', {
      proxy: new URL(`http://me:secret@127.0.0.1:${port}`),
    });
    expect(await failureOf(chat(client))).toEqual({
      kind: 'network',
      message: `connection refused by localhost:1 through the proxy 127.0.0.1:${port} (ECONNREFUSED)`,
      hint: 'check the base URL, and that a server or proxy listens there',
      delivery: 'not_sent',
    });
  });

  test.each(['timeout', 'abort'])(
    'that never answers ends by %s, and leaves no connection',
    async (how) => {
      const caller = new AbortController();
      let closed: () => void = nothing;
      const isClosed = new Promise<void>((resolve) => void (closed = resolve));
      const proxy = await connectProxy((_, socket) => {
        socket.on('close', closed);
        if (how === 'abort') caller.abort();
      });
      const client = apiClient('https://localhost:1', {
        proxy: new URL(`http://127.0.0.1:${proxy.port}`),
      });
      const timeoutMs = how === 'timeout' ? 60 : 10_000;
      expect(await failureOf(chat(client, { timeoutMs, signal: caller.signal }))).toMatchObject({
        kind: how === 'timeout' ? 'timeout' : 'interrupted',
        delivery: 'not_sent',
      });
      client.close();
      await isClosed;
    },
  );

  test('that cuts the tunnel before TLS: nothing was sent', async () => {
    const proxy = await connectProxy((_, socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
    const client = apiClient('https://localhost:1', {
      proxy: new URL(`http://127.0.0.1:${proxy.port}`),
    });
    expect(await failureOf(chat(client))).toMatchObject({ kind: 'network', delivery: 'not_sent' });
  });
});

/** An https server on loopback that replies `hi`, with a certificate that nobody trusts. */
async function tlsServer(): Promise<{ host: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (request, response) => {
    requests.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end('{"content":"hi"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `localhost:${(server.address() as AddressInfo).port}`, requests };
}

function trustAnyCertificate(): void {
  vi.spyOn(process, 'emitWarning').mockImplementation(nothing);
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
}

function tunnel(head: string, socket: Socket): void {
  tunnelTo(Number(/^CONNECT localhost:(\d+)/.exec(head)?.[1]), socket);
}
