import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResponseHead } from '../../../src/api/http1/response-head.js';
import { ResponseParser } from '../../../src/api/http1/response-parser.js';
import { HttpSyntaxError } from '../../../src/api/http1/syntax-error.js';

interface Parsed {
  head: ResponseHead | undefined;
  body: string;
  isWhole: boolean;
  /** Bytes that are not the response's any more. */
  rest: number;
}

/** What a response is that comes in these pieces. */
function parsed(pieces: readonly (string | Buffer)[]): Parsed {
  const result: Parsed = { head: undefined, body: '', isWhole: false, rest: 0 };
  const parser = new ResponseParser({
    onHead: (head) => (result.head = head),
    onData: (piece) => (result.body += piece.toString('latin1')),
  });
  for (const piece of pieces) {
    const bytes = Buffer.from(piece as string, 'latin1');
    result.rest += bytes.length - (parser.isWhole ? 0 : parser.push(bytes));
  }
  result.isWhole = parser.isWhole;
  return result;
}

const head = (...lines: string[]): string =>
  `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const CHUNKED = head('Transfer-Encoding: chunked');

const GOOD: [string, string, Partial<ResponseHead>, Partial<Parsed>][] = [
  ['a length', `${head('Content-Length: 2')}hi`, { isKept: true, framing: 2 }, { body: 'hi' }],
  ['no body', head('content-length:0'), { isKept: true }, { body: '' }],
  ['no words', 'HTTP/1.1 204\r\n\r\n', { status: 204, framing: 0, isKept: true }, { body: '' }],
  ['304', `HTTP/1.1 304 Not\r\ncontent-length: 9\r\n\r\n`, { framing: 0 }, { body: '' }],
  ['until its end', `${head()}hi`, { framing: 'until end', isKept: false }, { isWhole: false }],
  [
    'chunks',
    `${CHUNKED}2\r\nhi\r\nB;x="y"\r\n there, you\r\n0\r\n\r\n`,
    {},
    { body: 'hi there, you' },
  ],
  ['trailers', `${CHUNKED}1\r\nx\r\n000\r\nA: b\r\nC:\r\n\r\n`, { isKept: true }, { body: 'x' }],
  [
    'a body that looks like one',
    `${head('content-length: 5')}0\r\n\r\n`,
    {},
    { body: '0\r\n\r\n' },
  ],
  [
    'hints before it',
    `HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n${head('content-length: 1')}x`,
    { status: 200 },
    { body: 'x' },
  ],
  [
    'white space about a value',
    head('x: \t a b \t', 'content-length: 0'),
    { headers: { x: 'a b', 'content-length': '0' } },
    {},
  ],
  [
    'an empty value',
    head('x:', 'content-length: 0'),
    { headers: { x: '', 'content-length': '0' } },
    {},
  ],
  [
    'the first of two',
    head('x: 1', 'X: 2', 'content-length: 0'),
    { headers: { x: '1', 'content-length': '0' } },
    {},
  ],
  [
    'names of all objects',
    head('__proto__: 1', 'constructor: 2', 'content-length: 0'),
    { status: 200 },
    {},
  ],
  [
    'latin1',
    head('x: \xe9', 'content-length: 0'),
    { headers: { x: '\xe9', 'content-length': '0' } },
    {},
  ],
  ['a close', head('Connection: x , Close', 'content-length: 0'), { isKept: false }, {}],
  [
    'a close of two',
    head('connection: x', 'connection: close', 'content-length: 0'),
    { isKept: false },
    {},
  ],
  [
    'how long it is kept',
    head('keep-alive: max=9, timeout=75', 'content-length: 0'),
    { keptSeconds: 75 },
    {},
  ],
  [
    'the version before',
    'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx',
    { isKept: false },
    { body: 'x' },
  ],
  [
    'it, kept',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n',
    { isKept: true },
    {},
  ],
  ['what follows it', `${head('content-length: 1')}xHTTP/1.1 200 OK`, {}, { body: 'x', rest: 15 }],
  ['what follows chunks', `${CHUNKED}0\r\n\r\nmore`, {}, { rest: 4 }],
  ['too many bytes of no length', `${head('content-length: 0')}x`, {}, { body: '', rest: 1 }],
];

describe('a response', () => {
  test.each(GOOD)('with %s', (_, text, expectedHead, expected) => {
    const result = parsed([text]);
    expect(result).toMatchObject({ isWhole: true, rest: 0, ...expected });
    expect(result.head).toMatchObject(expectedHead);
    if (expectedHead.headers) expect(result.head?.headers).toEqual(expectedHead.headers);
  });

  test.each(GOOD)('is the same wherever it is cut: %s', (_, text) => {
    const cuts = fc.array(fc.nat({ max: text.length }), { maxLength: 12 });
    const whole = parsed([text]);
    fc.assert(
      fc.property(cuts, (at) => {
        expect(parsed(cutAt(text, at))).toEqual(whole);
      }),
    );
    expect(parsed(Array.from(text))).toEqual(whole);
  });

  test('of any chunks', () => {
    const body = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });
    const cuts = fc.array(fc.nat({ max: 3_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(body, cuts, (chunks, at) => {
        const latin1 = chunks.map((each) => Buffer.from(each).toString('latin1'));
        const text = latin1.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('');
        const result = parsed(cutAt(`${CHUNKED}${text}0\r\n\r\n`, at));
        expect(result).toMatchObject({ isWhole: true, rest: 0, body: latin1.join('') });
      }),
    );
  });

  test('without a length is whole when its connection ends', () => {
    const parser = new ResponseParser({ onHead: () => undefined, onData: () => undefined });
    expect(parser.end()).toBe(false);
    parser.push(Buffer.from(`${head()}hi`));
    expect([parser.isWhole, parser.end()]).toEqual([false, true]);
  });

  test.each([
    ['of a length', `${head('content-length: 2')}h`],
    ['of chunks', `${CHUNKED}2\r\nhi\r\n0\r\n`],
  ])('%s that lacks its end is not', (_, text) => {
    const parser = new ResponseParser({ onHead: () => undefined, onData: () => undefined });
    parser.push(Buffer.from(text));
    expect([parser.isWhole, parser.end()]).toEqual([false, false]);
  });
});

const BAD: [string, string][] = [
  ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
  ['another version', 'HTTP/2 200\r\n\r\n'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a status of four', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['a line before it', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ['lines that end with LF', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['one line that ends with LF', 'HTTP/1.1 200 OK\r\nx: y\ncontent-length: 0\r\n\r\n'],
  ['a CR within a line', head('x: a\rb')],
  ['a NUL', head('x: a\0b')],
  ['an escape', head('x: \x1b[2J')],
  ['a line that goes on', head('x: a', ' b')],
  ['a line without a name', head(': a')],
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
  ['chunks twice', head('transfer-encoding: chunked', 'transfer-encoding: chunked')],
  ['chunks within chunks', head('transfer-encoding: chunked, chunked')],
  ['an encoding nobody knows', head('transfer-encoding: xchunked')],
  ['packed chunks', head('transfer-encoding: gzip, chunked')],
  ['no size', `${CHUNKED}\r\n`],
  ['a size that is none', `${CHUNKED}zz\r\n`],
  ['a size with a sign', `${CHUNKED}-1\r\n`],
  ['a size with a prefix', `${CHUNKED}0x1\r\n`],
  ['a size too large to count', `${CHUNKED}${'f'.repeat(9)}\r\n`],
  ['a size line that ends with LF', `${CHUNKED}1\nx\r\n`],
  ['an extension with a CR', `${CHUNKED}1;a\rb\r\nx\r\n`],
  ['a chunk longer than its size', `${CHUNKED}1\r\nxy\r\n`],
  ['a chunk without its end', `${CHUNKED}1\r\nx0\r\n\r\n`],
  ['a trailer that is none', `${CHUNKED}0\r\nwhat\r\n\r\n`],
];

describe('what two readers could take differently is refused', () => {
  test.each(BAD)('%s', (_, text) => {
    expect(() => parsed([text])).toThrow(HttpSyntaxError);
    expect(() => parsed(Array.from(text))).toThrow(HttpSyntaxError);
  });
});

describe('what has no end is refused at its limit', () => {
  const KiB = 1024;
  test.each<[string, string, string]>([
    ['a header', 'HTTP/1.1 200 OK\r\nx: ', 'x'],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'],
    ['words', 'HTTP/1.1 200 ', 'x'],
    ['an extension', `${CHUNKED}1;`, 'x'],
    ['leading zeros', CHUNKED, '0'],
    ['a trailer', `${CHUNKED}0\r\nx: `, 'x'],
    ['trailers', `${CHUNKED}0\r\n`, 'x: y\r\n'],
  ])('%s', (_, start, more) => {
    const long = more.repeat(Math.ceil((16 * KiB) / more.length) + 64);
    expect(() => parsed([start + long])).toThrow(HttpSyntaxError);
    expect(() => parsed([start, ...cutAt(long, [1, 9, 4_000, 9_000])])).toThrow(HttpSyntaxError);
    // A little of it is nothing unusual.
    expect(() => parsed([start + more.repeat(8)])).not.toThrow();
  });

  test('a head of 16 KiB that has an end', () => {
    const long = head(`x: ${'x'.repeat(16 * KiB)}`, 'content-length: 0');
    expect(() => parsed([long])).toThrow(HttpSyntaxError);
    expect(() => parsed(cutAt(long, [7, 9_000]))).toThrow(HttpSyntaxError);
  });
});

function cutAt(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.toSorted((a, b) => a - b), text.length];
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}
