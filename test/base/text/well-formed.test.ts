import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine } from '../../../src/base/text/well-formed.js';

test.each([
  [{ a: 'x\ud83d' }, '{"a":"x\ufffd"}\n'],
  [{ '\ude00': ['\ude00\ud83d'] }, '{"\ufffd":["\ufffd\ufffd"]}\n'],
  [{ a: '\\ud83d', b: '😀' }, '{"a":"\\\\ud83d","b":"😀"}\n'],
  ['\ud83d'.repeat(3), '"\ufffd\ufffd\ufffd"\n'],
])('a JSON line is well-formed: %j', (value, line) => {
  expect(jsonLine(value)).toBe(line);
});

test('a JSON line means the same and holds nothing that a terminal obeys', () => {
  expect(jsonLine({ a: '\u001b[31m\u009b\u007f\u202e\u2028\u200f☕' })).toBe(
    '{"a":"\\u001b[31m\\u009b\\u007f\\u202e\\u2028\\u200f☕"}\n',
  );
  expect(jsonLine({ a: '\u{e0041}\u200b\u2060\ufeff\u180e\ufff9😀' })).toBe(
    '{"a":"\\udb40\\udc41\\u200b\\u2060\\ufeff\\u180e\\ufff9😀"}\n',
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = jsonLine(value);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(line.slice(0, -1)).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/,
      );
    }),
  );
});
