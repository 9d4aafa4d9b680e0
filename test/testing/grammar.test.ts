import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine } from '../../src/testing/chat-file/syntax.js';
import { parseChatFile, readChatFile } from '../../src/testing/chat-file/parse.js';
import { printSource, readSource, type Settings } from '../../src/testing/chat-file/chat-file.js';

const parse = (text: string, variables: Record<string, string> = {}) =>
  parseChatFile('a.chat', Buffer.from(text), new Map(Object.entries(variables)));

describe('a line', () => {
  it.each([
    ['', { type: 'blank', text: '', at: 0 }],
    [' ', { type: 'blank', text: '', at: 0 }],
    ['   \t', { type: 'blank', text: '', at: 0 }],
    ['== Order status #smoke', { type: 'case', text: 'Order status #smoke', at: 3 }],
    ['> hello', { type: 'message', text: 'hello', at: 2 }],
    ['>', { type: 'message', text: '', at: 2 }],
    ['> ', { type: 'message', text: '', at: 2 }],
    ['>  two blanks', { type: 'message', text: ' two blanks', at: 2 }],
    ['> trailing  ', { type: 'message', text: 'trailing  ', at: 2 }],
    ['> > quoted', { type: 'message', text: '> quoted', at: 2 }],
    ['> "quotes" \\n', { type: 'message', text: '"quotes" \\n', at: 2 }],
    ['> a\u2028b', { type: 'message', text: 'a\u2028b', at: 2 }],
    ['< hi', { type: 'reply', text: 'hi', at: 2 }],
    ['<', { type: 'reply', text: '', at: 2 }],
    ['* get_order {"id": "4711"}', { type: 'call', text: 'get_order {"id": "4711"}', at: 2 }],
    ['* -> {"state": "shipped"}', { type: 'result', text: '{"state": "shipped"}', at: 5 }],
    ['* ->', { type: 'result', text: '', at: 5 }],
    ['? says shipped', { type: 'check', text: 'says shipped', at: 2 }],
    ['# a comment', { type: 'comment', text: 'a comment', at: 2 }],
    ['#', { type: 'comment', text: '', at: 2 }],
    ['  more', { type: 'continuation', text: 'more', at: 2 }],
    ['    more', { type: 'continuation', text: '  more', at: 2 }],
    ['runs: 3', { type: 'setting', key: 'runs', text: '3', at: 6 }],
    ['caller:', { type: 'setting', key: 'caller', text: '', at: 8 }],
    ['meta: a=b: c', { type: 'setting', key: 'meta', text: 'a=b: c', at: 6 }],
  ])('%j', (line, expected) => {
    expect(readLine(line)).toEqual(expected);
  });
});

describe('a file', () => {
  const EXAMPLE = `assistant: assistant-abc
runs: 3, 2 must pass

== Order status                          #smoke #orders
> Where is my order?
> It is no. 4711: the blue one.
* get_order {"id": "4711"}
* -> {"state": "shipped"}
< Your order left our warehouse on Monday.
? says shipped | left our warehouse
? calls get_order {"id": "4711"}

> Thanks. Cancel it then, please.
? calls nothing

== Asks before it cancels                #simulated
caller: You are Ana. You want to cancel order 4711.
  Stop when you have been asked to confirm.
? judge Asks for a confirmation
`;

  it('is read as its cases', () => {
    const { cases, settings } = parse(EXAMPLE);
    const runs = { count: 3, mustPass: 2 };
    expect(settings).toEqual({ assistant: 'assistant-abc', runs });
    const call = { name: 'get_order', arguments: '{"id": "4711"}', result: '{"state": "shipped"}' };
    expect(cases).toEqual([
      {
        title: 'Order status',
        tags: ['smoke', 'orders'],
        line: 4,
        lastLine: 15,
        settings: { assistant: 'assistant-abc', runs, metadata: {} },
        checks: [],
        greeting: [],
        turns: [
          {
            line: 5,
            message: 'Where is my order?\nIt is no. 4711: the blue one.',
            lastMessageLine: 6,
            recordLines: [7, 8, 9],
            record: [
              { type: 'call', call },
              { type: 'reply', text: 'Your order left our warehouse on Monday.' },
            ],
            checks: [
              {
                line: 10,
                column: 3,
                text: 'says shipped | left our warehouse',
                check: {
                  type: 'says',
                  isNever: false,
                  rule: { type: 'texts', texts: ['shipped', 'left our warehouse'] },
                },
              },
              {
                line: 11,
                column: 3,
                text: 'calls get_order {"id": "4711"}',
                check: { type: 'calls', calls: [{ tool: 'get_order', arguments: { id: '4711' } }] },
              },
            ],
          },
          {
            line: 13,
            message: 'Thanks. Cancel it then, please.',
            lastMessageLine: 13,
            recordLines: [],
            record: [],
            checks: [
              { line: 14, column: 3, text: 'calls nothing', check: { type: 'calls-nothing' } },
            ],
          },
        ],
      },
      {
        title: 'Asks before it cancels',
        tags: ['simulated'],
        line: 16,
        lastLine: 19,
        settings: {
          assistant: 'assistant-abc',
          runs,
          metadata: {},
          caller: {
            line: 17,
            text: 'You are Ana. You want to cancel order 4711.\nStop when you have been asked to confirm.',
          },
        },
        checks: [
          {
            line: 19,
            column: 3,
            text: 'judge Asks for a confirmation',
            check: { type: 'judge', text: 'Asks for a confirmation' },
          },
        ],
        greeting: [],
        turns: [],
      },
    ]);
  });

  it.each([
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CR', (text: string) => text.replaceAll('\n', '\r')],
    ['no final line end', (text: string) => text.trimEnd()],
    ['comments', (text: string) => text.replaceAll('\n* ', '\n# note\n* ')],
  ])('reads the same with %s', (_, change) => {
    const messages = (text: string) =>
      parse(text).cases.map(({ title, turns, settings }) => ({
        title,
        settings: { ...settings, caller: settings.caller?.text },
        turns: turns.map(({ message, record }) => ({ message, record })),
      }));
    expect(messages(change(EXAMPLE))).toEqual(messages(EXAMPLE));
  });

  it.each<[string, string[]]>([
    ['> a\n> b', ['a\nb']],
    ['> a\n\n> b', ['a', 'b']],
    ['> a\n>\n> b', ['a\n\nb']],
    ['> a\n# note\n> b', ['a\nb']],
    ['> a\n< r\n> b', ['a', 'b']],
    ['> a\n? says r\n> b', ['a', 'b']],
  ])('messages of %j', (text, messages) => {
    const [test] = parse(`? speakable\n== t\n${text}\n`).cases;
    expect(test?.turns.map(({ message }) => message)).toEqual(messages);
  });

  const call = (name: string, args = '', result?: string) => ({
    type: 'call',
    call: { name, arguments: args, ...(result === undefined ? {} : { result }) },
  });
  const reply = (text: string) => ({ type: 'reply', text });

  it.each([
    ['< a\n< b', [reply('a\nb')]],
    ['< a\n\n< b', [reply('a'), reply('b')]],
    ['<', [reply('')]],
    ['* ping\n* pong', [call('ping'), call('pong')]],
    ['* a {}\n* b {}', [call('a', '{}'), call('b', '{}')]],
    ['* a {\n*   "x": 1\n* }\n* b', [call('a', '{\n  "x": 1\n}'), call('b')]],
    ['* find two words\n* and more', [call('find', 'two words\nand more')]],
    ['* find two words\n\n* and more', [call('find', 'two words'), call('and', 'more')]],
    ['* a\n* -> x\n* -> y\n* b\n* ->', [call('a', '', 'x\ny'), call('b', '', '')]],
    ['< one\n* a\n* -> x\n< two', [reply('one'), call('a', '', 'x'), reply('two')]],
    ['? says x\n< late', [reply('late')]],
  ])('the record of %j', (text, record) => {
    const { cases } = parse(`? speakable\n== t\n${text}\n> hi\n${text}\n`);
    expect(cases[0]?.greeting).toEqual(record);
    expect(cases[0]?.turns[0]?.record).toEqual(record);
  });

  it.each([
    ['== Title', 'Title', []],
    ['==   Title   #a   #b  ', 'Title', ['a', 'b']],
    ['== Order #4711 is late #smoke', 'Order #4711 is late', ['smoke']],
    ['== C# and F# #x', 'C# and F#', ['x']],
  ])('the title and tags of %j', (heading, title, tags) => {
    expect(parse(`${heading}\n> hi\n? speakable\n`).cases[0]).toMatchObject({ title, tags });
  });

  it.each<[string, Settings]>([
    ['assistant: assistant-1', { assistant: 'assistant-1' }],
    ['as: Ana María', { speaker: 'Ana María' }],
    ['runs: 3', { runs: { count: 3, mustPass: 3 } }],
    ['runs: 3, 2 must pass', { runs: { count: 3, mustPass: 2 } }],
    ['timeout: 500ms', { timeoutMs: 500 }],
    ['timeout: 1.5m', { timeoutMs: 90_000 }],
    ['meta: a=1\nmeta: b = x y', { metadata: { a: '1', b: 'x y' } }],
    ['serial: true', { isSerial: true }],
    ['serial: false', { isSerial: false }],
    ['p95: 6s', { p95: { ms: 6000, line: 1, text: '6s' } }],
    ['channel: web_chat', { channel: 'web_chat' }],
    ['as: one\n  two\n\n    three', { speaker: 'one\ntwo\n  three' }],
    ['as:\n  one', { speaker: 'one' }],
    ['timeout: {{limit}}', { timeoutMs: 2_000 }],
  ])('the setting %j', (text, settings) => {
    const file = parse(`${text}\n== t\n> hi\n? speakable\n`, { limit: '2s' });
    expect(file.settings).toEqual(settings);
  });

  it('puts the settings of a case in the place of those of the file', () => {
    const { cases } = parse(
      'as: Ana\nruns: 3\nmeta: a=1\nmeta: b=1\n== t\nas: Bo\nmeta: b=2\n> hi\n? speakable\n',
    );
    expect(cases[0]?.settings).toEqual({
      speaker: 'Bo',
      runs: { count: 3, mustPass: 3 },
      metadata: { a: '1', b: '2' },
    });
  });
});

describe('printing', () => {
  const isRestored = (bytes: Uint8Array): void => {
    expect(Buffer.from(printSource(readSource(bytes)))).toEqual(Buffer.from(bytes));
  };

  it('gives any bytes back', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isRestored), { numRuns: 500 });
  });

  const PARTS = [
    '\ufeff', '\n', '\r\n', '\r', '== t', '> ', '< ', '* ', '* -> ', '? ', '# ', '  ', 'runs: ', 'meta: ', 'caller: ',
    'says ', 'calls ', 'never ', '/a/', '{"a": 1}', ' | ', '{{x}}', 'é', '😀', '\u2028', '\0', '\xff', 'text', ' #tag', '3',
  ]; // prettier-ignore
  const chatText = fc
    .array(fc.constantFrom(...PARTS), { maxLength: 40 })
    .map((parts) => parts.join(''));

  it('gives any lines back, and reading them never breaks', () => {
    fc.assert(
      fc.property(chatText, (text) => {
        const bytes = Buffer.from(text, 'utf8');
        isRestored(bytes);
        const { file, faults } = readChatFile('a.chat', bytes, new Map());
        expect(Buffer.from(printSource(file.source))).toEqual(bytes);
        const lines = file.source.lines.length;
        for (const { line, column } of faults) {
          expect(line).toBeLessThanOrEqual(Math.max(1, lines));
          const { length } = Array.from(file.source.lines[line - 1]?.text ?? '');
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(length + 2);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never breaks on bytes that are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        readChatFile('a.chat', bytes, new Map());
      }),
    );
  });
});
