import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventsIn, post, serve, serveSandbox, upstream } from '../helpers/relay.js';
import { runCli } from '../helpers/run-cli.js';
import { closedPort } from '../helpers/socket-server.js';

const NOWHERE = upstream('http://127.0.0.1:9');
const HELLO = { message: 'hello' };

describe('a token', () => {
  const authorized = (token: string) => ({ authorization: token });

  test('is asked of whoever chats, in any of those given', async () => {
    const relay = await serveSandbox([], {
      env: { TELNYX_CHAT_TOKEN: 'old-token, ada:new-token' },
    });
    const statuses = [];
    for (const header of [
      '',
      'Bearer',
      'Bearer wrong',
      'Bearer old-toke',
      'Bearer ada:new-token',
      'Basic old-token',
      'Bearer old-token',
      'bearer  new-token',
    ]) {
      const { status, body, headers } = await post(relay, HELLO, authorized(header));
      statuses.push(status);
      if (status !== 401) continue;
      expect([body, headers.get('www-authenticate')]).toEqual([
        { error: 'Unauthorized' },
        'Bearer',
      ]);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 200, 200]);
    expect((await fetch(`${relay.url}/health`)).status).toBe(200);
  });

  test('of a flag stands in place of the environment’s', async () => {
    const relay = await serveSandbox(['--token', 'flag-token'], {
      env: { TELNYX_CHAT_TOKEN: 'environment-token' },
    });
    expect((await post(relay, HELLO, authorized('Bearer environment-token'))).status).toBe(401);
    expect((await post(relay, HELLO, authorized('Bearer flag-token'))).status).toBe(200);
  });

  test('is asked before the body is read', async () => {
    const { url } = await serve(['--token', 'secret'], { env: NOWHERE });
    const answer = await raw(
      url,
      'POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{',
    );
    expect(statusIn(answer)).toBe(401);
  });
});

test('a rate is kept by each caller', async () => {
  const relay = await serveSandbox(['--rate-limit', '2'], {
    env: { TELNYX_CHAT_TOKEN: 'ada:token-1 bob:token-2' },
  });
  const as = (token: string) => post(relay, HELLO, { authorization: `Bearer ${token}` });
  expect([(await as('token-1')).status, (await as('token-1')).status]).toEqual([200, 200]);
  const { status, body, headers } = await as('token-1');
  expect([status, body]).toEqual([429, { error: 'Too many requests' }]);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(25);
  expect((await as('token-2')).status).toBe(200);
});

test('a rate holds for what the page asks Telnyx, beside the turns', async () => {
  const relay = await serveSandbox(['--ui', '--rate-limit', '2']);
  const { sandbox, url } = relay;
  const { conversation_id } = (await post(relay, HELLO)).body as { conversation_id: string };
  const turn = JSON.stringify({ conversation_id, message: 'hello', reply: 'hi' });
  const headers = { 'content-type': 'application/json' };
  const look = () => fetch(`${url}/ui/tool-calls`, { method: 'POST', body: turn, headers });
  const introduction = async () => (await fetch(`${url}/ui/assistant`)).status;
  expect([await introduction(), (await look()).status]).toEqual([200, 200]);
  const asked = sandbox.requestCount('list_messages');
  const refused = await look();
  expect([refused.status, await refused.json()]).toEqual([429, { error: 'Too many requests' }]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(25);
  expect([sandbox.requestCount('list_messages'), asked > 0]).toEqual([asked, true]);
  // A turn is still allowed, and what is known of the assistant is still told.
  expect([(await post(relay, HELLO)).status, await introduction()]).toEqual([200, 200]);
});

test('a page over the rate from the start is refused what is not known', async () => {
  const relay = await serveSandbox(['--ui', '--rate-limit', '1']);
  const body = JSON.stringify({ conversation_id: 'c-1', message: 'hello', reply: 'hi' });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${relay.url}/ui/tool-calls`, { method: 'POST', body, headers });
  expect((await fetch(`${relay.url}/ui/assistant`)).status).toBe(429);
});

describe('a Host', () => {
  test.each([
    ['localhost', 200],
    ['LOCALHOST:1', 200],
    ['127.0.0.1:8080', 200],
    ['[::1]:8080', 200],
    ['evil.example', 403],
    ['evil.example:8080', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['chat.example', 200],
    ['', 403],
  ])('%j: %i', async (host, status) => {
    const { url } = await serve(['--allow-host', 'Chat.example'], { env: NOWHERE });
    const answer = await raw(
      url,
      `GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusIn(answer)).toBe(status);
    if (status === 403) expect(bodyIn(answer)).toEqual({ error: 'Host not allowed' });
  });

  test('of a stranger gets no metrics from their own port either', async () => {
    const port = await closedPort();
    await serve(['--metrics-port', String(port)], { env: NOWHERE });
    const metrics = async (host: string): Promise<number> => {
      const request = `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      return statusIn(await raw(`http://127.0.0.1:${port}`, request));
    };
    expect(await metrics(`rebound.example:${port}`)).toBe(403);
    expect(await metrics(`localhost:${port}`)).toBe(200);
  });

  test('of any name is served where no loopback is bound', async () => {
    const { url } = await serve(['--host', '0.0.0.0', '--insecure'], { env: NOWHERE });
    const { port } = new URL(url);
    const request = 'GET /health HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n';
    expect(statusIn(await raw(`http://127.0.0.1:${port}`, request))).toBe(200);
  });
});

describe('a page', () => {
  const refused = [403, { error: 'Origin not allowed' }];

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'http://localhost:1', 'sec-fetch-site': 'cross-site' }],
  ])('of another origin may not post: %j', async (headers) => {
    const relay = await serveSandbox();
    const { status, body } = await posting(relay.url, headers);
    expect([status, body]).toEqual(refused);
    expect(relay.sandbox.requestCount('create_conversation')).toBe(0);
  });

  test('of our own origin may', async () => {
    const relay = await serveSandbox();
    expect((await posting(relay.url, { origin: relay.url })).status).toBe(200);
  });

  test('of a listed origin may, and asks before', async () => {
    const relay = await serveSandbox(['--origin', 'https://app.example']);
    const origin = 'https://app.example';
    const asked = await raw(
      relay.url,
      `OPTIONS /chat HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n`,
    );
    expect(statusIn(asked)).toBe(204);
    expect(asked).toMatch(/^access-control-allow-origin: https:\/\/app\.example\r$/im);
    expect(asked).toMatch(/^access-control-allow-headers: .*authorization.*\r$/im);
    const posted = await posting(relay.url, { origin });
    expect([posted.status, posted.headers]).toEqual([
      200,
      expect.stringMatching(/^access-control-allow-origin: https:\/\/app\.example\r$/im),
    ]);
    expect((await posting(relay.url, { origin: 'https://evil.example' })).status).toBe(403);
  });

  test('has no preflight where no origin is listed', async () => {
    const { url } = await serve([], { env: NOWHERE });
    expect((await fetch(`${url}/chat`, { method: 'OPTIONS' })).status).toBe(405);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'may not send %s as JSON',
    async (type) => {
      const relay = await serve([], { env: NOWHERE });
      const headers = { origin: relay.url, 'content-type': type };
      const { status, body } = await posting(relay.url, headers);
      expect([status, body]).toEqual([415, { error: 'Content-Type must be application/json' }]);
    },
  );
});

test('who is no browser need not say that it is JSON: curl -d says it is a form', async () => {
  const relay = await serveSandbox();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await posting(relay.url, type)).status).toBe(200);
});

describe('signed conversations', () => {
  const env = {
    TELNYX_CHAT_TOKEN: 'ada:token-1 bob:token-2',
    TELNYX_CHAT_HANDLE_SECRET: 'a secret of some length',
  };
  const as = (token: string) => ({ authorization: `Bearer ${token}` });

  test('are for the caller who began them', async () => {
    const relay = await serveSandbox(['--sign-conversations'], { env });
    const first = await post(relay, { message: 'My name is Ada.' }, as('token-1'));
    const { conversation_id } = first.body as { conversation_id: string };
    const later = { message: 'What is my name?', conversation_id };
    expect((await post(relay, later, as('token-1'))).body).toEqual({
      conversation_id,
      reply: 'Your name is Ada.',
    });
    const streamed = await post(relay, later, { ...as('token-1'), accept: 'text/event-stream' });
    expect(eventsIn(streamed.text).at(-1)?.[1]).toMatchObject({ conversation_id });
    const plain = conversation_id.split('.')[0] ?? '';
    for (const [id, token] of [
      [conversation_id, 'token-2'],
      [plain, 'token-1'],
      [`${conversation_id.slice(0, -1)}${conversation_id.endsWith('A') ? 'E' : 'A'}`, 'token-1'],
    ] as const) {
      const { status, body } = await post(relay, { ...later, conversation_id: id }, as(token));
      expect([status, body]).toEqual([404, { error: 'Conversation not found' }]);
    }
  });

  test('need a secret', async () => {
    const { code, stderr } = await runCli(['serve', '--sign-conversations'], { env: NOWHERE });
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: --sign-conversations needs TELNYX_CHAT_HANDLE_SECRET',
    ]);
  });
});

test.each(['../x', 'a b', 'x'.repeat(200), 'a/b'])('%j is no conversation', async (id) => {
  const relay = await serve([], { env: NOWHERE });
  const { status, body } = await post(relay, { ...HELLO, conversation_id: id });
  expect([status, body]).toEqual([400, { error: 'Invalid request body' }]);
});

describe('what is too large', () => {
  const tooLarge = [413, { error: 'Request body too large' }];
  const MiB = 1024 * 1024;

  test('a body of just 1 MiB is read', async () => {
    const relay = await serve([], { env: NOWHERE });
    const body = `{"message":${'x'.repeat(MiB - 11)}`;
    const { status } = await post(relay, body);
    expect([body.length, status]).toEqual([MiB, 400]);
  });

  test.each([MiB + 1, 5 * MiB])(
    'a body of %i bytes is not, and the connection goes on',
    async (size) => {
      const relay = await serve([], { env: NOWHERE });
      const { status, body } = await post(relay, 'x'.repeat(size));
      expect([status, body]).toEqual(tooLarge);
      expect((await fetch(`${relay.url}/health`)).status).toBe(200);
    },
  );

  test('a body without end', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await raw(
      url,
      'POST /chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
      (write) => {
        const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
        for (let count = 0; count < 130; count++) write(piece);
      },
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual(tooLarge);
  });

  test('a body that promises to be', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await raw(
      url,
      'POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n',
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual(tooLarge);
  });

  test('headers', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await raw(
      url,
      `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual([
      431,
      { error: 'Request headers too large' },
    ]);
  });
});

describe('what is no request', () => {
  const POST = 'POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  test.each([
    ['nonsense', 'hello\r\n\r\n'],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    [
      'two Hosts, by HTTP/1.0',
      'GET /health HTTP/1.0\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
    ],
    [
      'a length and chunks',
      `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}`],
    ['no number as the length', `${POST}Content-Length: +5\r\n\r\n{}{}{`],
    ['an unknown encoding', `${POST}Transfer-Encoding: gzip\r\n\r\n`],
    ['chunks that are not the last encoding', `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n`],
    ['a hidden encoding', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a bad chunk', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    [
      'a folded header',
      `${POST}X: 1\r\n\tchunked\r\n\tContent-Length 3\r\nTransfer-Encoding:\r\n chunked\r\n\r\n`,
    ],
    ['a space before a colon', `${POST}Content-Length : 2\r\n\r\n{}`],
    [
      'two encodings',
      `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ],
    ['the same length twice', `${POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ['lengths in one header', `${POST}Content-Length: 2, 2\r\n\r\n{}`],
    ['a negative chunk', `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n`],
    [
      'a chunk longer than it says',
      `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n`,
    ],
    ['a chunk after a bare LF', `${POST}Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n`],
    ['lines that end in a bare LF', 'GET /health HTTP/1.1\nHost: localhost\n\n'],
    ['a header that ends in a bare LF', `${POST}X: 1\nContent-Length: 2\r\n\r\n{}`],
    ['a header that ends in a bare CR', `${POST}X: 1\rContent-Length: 2\r\n\r\n{}`],
    ['a NUL', 'GET /health HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n'],
  ])('%s', async (_, request) => {
    const { url } = await serve([], { env: NOWHERE });
    // What follows in the same bytes is no request of its own.
    const answer = await all(url, `${request}GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect([statusIn(answer), bodyIn(answer)]).toEqual([400, { error: 'Bad request' }]);
    expect(answer.match(/^HTTP/gm)).toHaveLength(1);
  });

  test('what follows a request in the same bytes: that is answered', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await all(
      url,
      'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\n',
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual([200, { status: 'ok' }]);
  });

  test('what follows a turn in the same bytes: it is not run', async () => {
    const { url, sandbox } = await serveSandbox();
    const turn = JSON.stringify(HELLO);
    const answer = await all(
      url,
      `${POST}Content-Length: ${turn.length}\r\n\r\n${turn}nonsense\r\n\r\n`,
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual([400, { error: 'Bad request' }]);
    // A whole turn by another caller later, it would have been seen.
    expect((await post({ url }, HELLO)).status).toBe(200);
    expect(sandbox.requestCount('chat')).toBe(1);
  });

  test('an expectation that nobody has', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await raw(
      url,
      `${POST}Content-Length: 2\r\nExpect: cake\r\nConnection: close\r\n\r\n{}`,
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual([417, { error: 'Expectation failed' }]);
  });

  test('a tunnel', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await raw(
      url,
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    );
    expect([statusIn(answer), bodyIn(answer)]).toEqual([405, { error: 'Method not allowed' }]);
  });

  test('an upgrade is answered as if none was asked for', async () => {
    const { url } = await serve([], { env: NOWHERE });
    const answer = await raw(
      url,
      'GET /health HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      (_, end) => end(),
    );
    expect(statusIn(answer)).toBe(200);
  });
});

/** Sends bytes, and gives all that comes back until the connection ends. */
async function raw(
  url: string,
  bytes: string,
  then: (write: (bytes: string) => void, end: () => void) => void = () => undefined,
): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  then(
    (more) => void socket.write(more),
    () => void socket.end(),
  );
  const answer = new Promise<string>((resolve) => {
    const pieces: Buffer[] = [];
    const settle = (): void => resolve(Buffer.concat(pieces).toString());
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      // A whole answer is enough.
      if (isWhole(Buffer.concat(pieces).toString())) settle();
    });
    socket.on('close', settle);
  });
  return answer.finally(() => socket.destroy());
}

/** Sends bytes, and gives all that comes back until the other side ends the connection. */
function all(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
    socket.on('close', () => resolve(text));
  });
}

function isWhole(answer: string): boolean {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
  return statusIn(answer) === 204 || (length !== undefined && body.length >= Number(length));
}

function statusIn(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

function bodyIn(answer: string): unknown {
  return JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
}

/** `POST /chat` with headers that fetch would not send. */
async function posting(url: string, headers: Record<string, string>) {
  const all = { host: new URL(url).host, 'content-type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const body = JSON.stringify(HELLO);
  const answer = await raw(
    url,
    `POST /chat HTTP/1.1\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n${body}`,
  );
  return { status: statusIn(answer), headers: answer.split('\r\n\r\n')[0], body: bodyIn(answer) };
}
