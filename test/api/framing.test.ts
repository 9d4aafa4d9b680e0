import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { all, options, TRANSPORTS } from '../helpers/api-client.js';
import { failureOf } from '../helpers/failure.js';
import { socketServer } from '../helpers/socket-server.js';
import { stillClock } from '../helpers/still-clock.js';
import type { Transport } from '../../src/api/transport.js';
import { createUndiciTransport } from '../../src/api/undici-transport.js';

interface Received {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

const head = (...lines: string[]): string =>
  `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const CHUNKED = head('Transfer-Encoding: chunked');

const roundOfEvents = () => new Promise(setImmediate);

/** A server that answers each request with the next of these responses, piece by piece, and then says no more. */
async function answeringInPieces(responses: readonly (readonly string[])[]) {
  const left = [...responses];
  const { url } = await socketServer((socket) => {
    socket.setNoDelay(true);
    socket.once('data', () => {
      const pieces = left.shift() ?? [];
      const write = async (): Promise<void> => {
        for (const piece of pieces) {
          socket.write(piece, 'latin1');
          await roundOfEvents();
        }
        socket.end();
      };
      void write();
    });
  });
  return url;
}

type Open = (typeof TRANSPORTS)[number][1];

function transportTo(url: string, open: Open): Transport {
  const transport = open({ baseUrl: url, proxy: undefined, clock: stillClock() });
  onTestFinished(() => transport.close());
  return transport;
}

/** What one transport makes of each of these responses, each over a connection of its own. */
async function received(open: Open, ...responses: (readonly string[])[]): Promise<Received[]> {
  const transport = transportTo(await answeringInPieces(responses), open);
  const found: Received[] = [];
  for (let count = 0; count < responses.length; count++) {
    const { status, headers, body } = await get(transport);
    const pieces = await all(body);
    found.push({ status, headers, body: Buffer.concat(pieces).toString('latin1') });
    // The server ends the connection, which must not be used for the next one.
    await roundOfEvents();
    await roundOfEvents();
  }
  return found;
}

function get(transport: Transport) {
  const timeouts = { connectMs: 10_000, silenceMs: 10_000, totalMs: 10_000 };
  const { signal } = options();
  return transport.request({ method: 'GET', path: '/', headers: {}, signal, timeouts });
}

const GOOD: [string, string, Partial<Received>][] = [
  ['a length', `${head('Content-Length: 2')}hi`, { body: 'hi' }],
  ['no body', head('content-length:0'), { body: '' }],
  ['no words', 'HTTP/1.1 204\r\n\r\n', { status: 204, body: '' }],
  ['a body until its end', `${head()}hi`, { body: 'hi' }],
  ['chunks', `${CHUNKED}2\r\nhi\r\nB;x="y"\r\n there, you\r\n0\r\n\r\n`, { body: 'hi there, you' }],
  ['trailers', `${CHUNKED}1\r\nx\r\n000\r\nA: b\r\nC:\r\n\r\n`, { body: 'x' }],
  ['a body that looks like one', `${head('content-length: 5')}0\r\n\r\n`, { body: '0\r\n\r\n' }],
  [
    'hints before it',
    `HTTP/1.1 103 Hints\r\nlink: x\r\n\r\n${head('content-length: 1')}x`,
    { status: 200, headers: { 'content-length': '1' }, body: 'x' },
  ],
  [
    'white space about a value',
    head('x: \t a b \t', 'content-length: 0'),
    { headers: { x: 'a b', 'content-length': '0' } },
  ],
  [
    'an empty value',
    head('x:', 'content-length: 0'),
    { headers: { x: '', 'content-length': '0' } },
  ],
  ['names of all objects', head('__proto__: 1', 'content-length: 0'), { status: 200 }],
  [
    'latin1',
    head('x: \xe9', 'content-length: 0'),
    { headers: { x: '\xe9', 'content-length': '0' } },
  ],
  ['the version before', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx', { body: 'x' }],
  ['what follows it', `${head('content-length: 1')}xHTTP/1.1 200 OK`, { body: 'x' }],
  ['what follows chunks', `${CHUNKED}0\r\n\r\nmore`, { body: '' }],
  ['too many bytes of no length', `${head('content-length: 0')}x`, { body: '' }],
  ['an encoding that only its end ends', `${head('transfer-encoding: x')}hi`, { body: 'hi' }],
];

describe.each(TRANSPORTS)('a response over %s', (_, open) => {
  test.each(GOOD)('with %s, in one piece or in bytes', async (_, text, expected) => {
    const [whole, bytes] = await received(open, [text], Array.from(text));
    expect(whole).toMatchObject({ status: 200, ...expected });
    if (expected.headers) expect(whole?.headers).toEqual(expected.headers);
    expect(bytes).toEqual(whole);
  });

  test.each([
    ['of a length', `${head('content-length: 2')}h`],
    ['of chunks', `${CHUNKED}2\r\nhi\r\n0\r\n`],
    ['of a size too large to count', `${CHUNKED}${'f'.repeat(9)}\r\n`],
    ['of a length, before a close', `${head('connection: close', 'content-length: 2')}h`],
    [
      'of chunks, before a close',
      `${head('connection: close', 'transfer-encoding: chunked')}2\r\n`,
    ],
  ])('%s that lacks its end is cut', async (_, text) => {
    expect(await failureOf(received(open, [text]))).toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/^connection cut by /) as string,
      delivery: 'unknown',
    });
  });
});

describe('a response over undici is the same wherever it is cut', () => {
  const cuts = (text: string) => fc.array(fc.nat({ max: text.length }), { maxLength: 12 });

  test.each(GOOD)('with %s', async (_, text) => {
    const [whole] = await received(createUndiciTransport, [text]);
    const everywhere = fc.asyncProperty(cuts(text), async (at) => {
      expect(await received(createUndiciTransport, cutAt(text, at))).toEqual([whole]);
    });
    await fc.assert(everywhere, { numRuns: 10 });
  });

  test('with any chunks', async () => {
    const body = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });
    const everywhere = fc.asyncProperty(body, cuts('x'.repeat(3_000)), async (chunks, at) => {
      const latin1 = chunks.map((each) => Buffer.from(each).toString('latin1'));
      const text = latin1.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('');
      const pieces = cutAt(`${CHUNKED}${text}0\r\n\r\n`, at);
      expect(await received(createUndiciTransport, pieces)).toMatchObject([
        { body: latin1.join('') },
      ]);
    });
    await fc.assert(everywhere, { numRuns: 30 });
  });
});

const BAD: [string, string][] = [
  ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
  ['another version', 'HTTP/2 200\r\n\r\n'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a status of four', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['lines that end with LF', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['one line that ends with LF', 'HTTP/1.1 200 OK\r\nx: y\ncontent-length: 0\r\n\r\n'],
  ['a CR within a line', head('x: a\rb')],
  ['a NUL', head('x: a\0b')],
  ['an escape', head('x: \x1b[2J')],
  ['a line without a colon', head('what')],
  ['white space before the colon', head('content-length : 3')],
  ['two lengths', head('content-length: 1', 'content-length: 2')],
  ['a length twice', head('content-length: 1', 'content-length: 1')],
  ['two lengths in one', head('content-length: 1, 1')],
  ['a length below zero', head('content-length: -1')],
  ['a length with a sign', head('content-length: +1')],
  ['a length in hexadecimal', head('content-length: 0x1')],
  ['an empty length', head('content-length:')],
  ['a length too large to count', head(`content-length: ${'9'.repeat(30)}`)],
  ['a length and chunks', head('content-length: 1', 'transfer-encoding: chunked')],
  ['no size', `${CHUNKED}\r\n`],
  ['a size that is none', `${CHUNKED}zz\r\n`],
  ['a size with a sign', `${CHUNKED}-1\r\n`],
  ['a size with a prefix', `${CHUNKED}0x1\r\n`],
  ['a size line that ends with LF', `${CHUNKED}1\nx\r\n`],
  ['an extension with a CR', `${CHUNKED}1;a\rb\r\nx\r\n`],
  ['a chunk longer than its size', `${CHUNKED}1\r\nxy\r\n`],
  ['a chunk without its end', `${CHUNKED}1\r\nx0\r\n\r\n`],
  ['a trailer that is none', `${CHUNKED}0\r\nwhat\r\n\r\n`],
];

describe.each(TRANSPORTS)('what two readers could take differently is refused by %s', (_, open) => {
  test.each(BAD)('%s', async (_, text) => {
    const refused = {
      kind: 'network',
      message: expect.stringMatching(/ is not HTTP$/) as string,
      delivery: 'unknown',
    };
    expect(await failureOf(received(open, [text]))).toMatchObject(refused);
    expect(await failureOf(received(open, Array.from(text)))).toMatchObject(refused);
  });
});

describe.each(TRANSPORTS)('what has no end is refused at its limit by %s', (_, open) => {
  const KiB = 1024;
  test.each<[string, string, string]>([
    ['a header', 'HTTP/1.1 200 OK\r\nx: ', 'x'],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'x-name: its value\r\n'],
    ['a trailer', `${CHUNKED}0\r\nx: `, 'x'],
    ['trailers', `${CHUNKED}0\r\n`, 'x-name: its value\r\n'],
  ])('%s', async (_, start, more) => {
    const long = more.repeat(Math.ceil((32 * KiB) / more.length));
    const refused = { message: expect.stringMatching(/ is not HTTP$/) as string };
    expect(await failureOf(received(open, [start + long]))).toMatchObject(refused);
    const pieces = cutAt(start + long, [1, 9, 4_000, 9_000]);
    expect(await failureOf(received(open, pieces))).toMatchObject(refused);
    // A little of it is nothing unusual, though it lacks its end.
    expect(await failureOf(received(open, [start + more.repeat(8)]))).toMatchObject({
      message: expect.stringMatching(/^connection cut by /) as string,
    });
  });
});

function cutAt(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.toSorted((a, b) => a - b), text.length];
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}
