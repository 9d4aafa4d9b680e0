import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import {
  helpLines,
  parseInput,
  SLASH_COMMANDS,
  type ChatInput,
} from '../../src/chat/slash-commands.js';
import { changedConfig, checkedConfigKey, configValue } from '../../src/settings/config-keys.js';
import { errorJson, errorLines } from '../../src/text/error-report.js';
import { jsonLine } from '../../src/text/json-line.js';
import { nearest } from '../../src/text/nearest.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { checkedMessage } from '../../src/turn/message-text.js';
import { createReplyText } from '../../src/turn/reply-text.js';
import { failureFrom } from '../helpers/failure.js';

describe('a message', () => {
  test.each([
    'hi',
    ' hi \n',
    '/help',
    '--flag',
    '@file',
    '{"a":1}',
    'é☕',
    '\u001b[31m',
    'x'.repeat(1024 * 1024),
    '\uFEFF.',
  ])('is sent as it is: %#', (text) => expect(checkedMessage(text)).toBe(text));

  const blank = {
    message: 'message is required',
    hint: 'it is blank: check the variable or the command it comes from',
  };
  const long = {
    message: 'the message is longer than 1 MiB',
    hint: 'split it into several messages of one conversation',
  };
  test.each<[string, string, object]>([
    ['empty', '', blank],
    ['blank', ' \t\r\n\u00a0\u2003\uFEFF', blank],
    [
      'with a NUL',
      'a\0b',
      {
        message: 'the message contains a NUL byte',
        hint: 'send text; a NUL byte usually means that the input is a binary file',
      },
    ],
    ['too long', 'x'.repeat(1024 * 1024 + 1), long],
    ['too long in bytes', 'é'.repeat(512 * 1024 + 1), long],
  ])('is refused: %s', (_, text, expected) => {
    expect(failureFrom(() => checkedMessage(text))).toEqual({ kind: 'usage', ...expected });
  });
});

describe('a line of the chat', () => {
  const command = (name: string, argument = '') =>
    ({ type: 'command', name, argument }) as ChatInput;
  const message = (text: string): ChatInput => ({ type: 'message', text });
  const unknown = (name: string, near?: string): ChatInput => ({
    type: 'unknown',
    name,
    nearest: near,
  });
  test.each<[string, ChatInput]>([
    ['hello', message('hello')],
    ['/help', command('help')],
    ['/help  ', command('help')],
    ['/new', command('new')],
    ['/new My  trip ', command('new', 'My  trip')],
    ['/new\tMy trip', command('new', 'My trip')],
    ['/new a\nb', command('new', 'a\nb')],
    ['/info', command('info')],
    ['/exit now', command('exit', 'now')],
    ['//help', message('/help')],
    ['///', message('//')],
    ['/', message('/')],
    ['/ help', message('/ help')],
    [' /help', message(' /help')],
    ['/a/b', message('/a/b')],
    ['/usr/bin is a folder', message('/usr/bin is a folder')],
    ['/étage', message('/étage')],
    ['/hepl', unknown('hepl', 'help')],
    ['/exti', unknown('exti', 'exit')],
    ['/quit', command('exit')],
    ['/HELP', unknown('HELP')],
    ['/something', unknown('something')],
    ['/toString', unknown('toString')],
  ])('%j', (line, expected) => expect(parseInput(line)).toEqual(expected));

  test('never fails, and never loses a message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const input = parseInput(line);
        if (input.type === 'message')
          expect(line.startsWith('//') ? `/${input.text}` : input.text).toBe(line);
        else expect(line).toMatch(/^\/[\w-]/);
      }),
    );
  });

  test('help', () => {
    expect(helpLines().map((line) => line.split(' ', 1)[0])).toEqual(
      SLASH_COMMANDS.map(({ name }) => `/${name}`),
    );
    expect(helpLines()[0]).toBe('/new [title]       begin a new conversation');
  });
});

describe('the nearest word', () => {
  const words = ['send', 'serve', 'sandbox', 'config', 'conversations'];
  test.each<[string, string | undefined]>([
    ['send', 'send'],
    ['sned', 'send'],
    ['sen', 'send'],
    ['sendd', 'send'],
    ['srve', 'serve'],
    ['con', 'config'],
    ['conv', 'conversations'],
    ['cofnig', 'config'],
    ['conversatoins', 'conversations'],
    ['xxxx', undefined],
    ['delete', undefined],
  ])('%s: %s', (word, expected) => expect(nearest(word, words)).toBe(expected));

  /** The least number of changes, said in the simplest way. */
  function changes(from: string, to: string): number {
    if (from === '' || to === '') return from.length + to.length;
    const [a, b] = [from.slice(1), to.slice(1)];
    const isSwap = from.length > 1 && from[0] === to[1] && from[1] === to[0];
    return Math.min(
      changes(a, to) + 1,
      changes(from, b) + 1,
      changes(a, b) + (from[0] === to[0] ? 0 : 1),
      isSwap ? changes(from.slice(2), to.slice(2)) + 1 : Infinity,
    );
  }

  test('is at most two slips away, and no more than half of its letters', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(short, short, (word, candidate) => {
        const isNear = changes(word, candidate) <= Math.min(2, candidate.length / 2);
        const isBeginning = word !== '' && candidate.startsWith(word);
        expect(nearest(word, [candidate])).toBe(isNear || isBeginning ? candidate : undefined);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of nothing is none', () => expect(nearest('send', [])).toBeUndefined());

  test('is always one of the words', () => {
    fc.assert(
      fc.property(fc.string(), (word) => [...words, undefined].includes(nearest(word, words))),
    );
  });
});

test('a JSON line means the same and holds nothing that a terminal obeys', () => {
  expect(jsonLine({ a: '\u001b[31m\u009b\u007f\u202e\u2028\u200f☕' })).toBe(
    '{"a":"\\u001b[31m\\u009b\\u007f\\u202e\\u2028\\u200f☕"}\n',
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

describe('a failure in words', () => {
  const full = new AppError('rate_limited', 'too\u001b[31m many\nrequests', {
    hint: 'wait',
    status: 429,
    code: '10011',
    requestId: 'r-1',
    conversationId: 'c-1',
    delivery: 'refused',
    retryAfterMs: 5,
    cause: new Error('secret'),
  });

  test('for a person', () => {
    expect(errorLines(full)).toEqual([
      'error: too many requests',
      'hint: wait',
      'conversation: c-1',
      'request: r-1',
    ]);
    expect(errorLines(new AppError('timeout', 'late', { delivery: 'unknown' }))).toEqual([
      'error: late',
      'delivery: unknown, the message may have been delivered; it was not sent again',
    ]);
    expect(errorLines(new AppError('api', 'x'.repeat(5_000))).map((line) => line.length)).toEqual([
      1_000,
    ]);
  });

  test('for a program, every key always there', () => {
    expect(errorJson(full)).toEqual({
      error: {
        kind: 'rate_limited',
        message: 'too\u001b[31m many\nrequests',
        hint: 'wait',
        status: 429,
        code: '10011',
        request_id: 'r-1',
        conversation_id: 'c-1',
        delivery: 'refused',
      },
    });
    expect(errorJson(new AppError('bug', 'x'))).toEqual({
      error: {
        kind: 'bug',
        message: 'x',
        hint: null,
        status: null,
        code: null,
        request_id: null,
        conversation_id: null,
        delivery: null,
      },
    });
  });

  test('keeps what is known when more is', () => {
    const more = full.with({ conversationId: 'other', hint: 'other', delivery: 'unknown' });
    expect([more.kind, more.message, more.details, more.cause]).toEqual([
      full.kind,
      full.message,
      full.details,
      full.cause,
    ]);
    expect(new AppError('api', 'x', { hint: undefined }).with({ hint: 'h' }).details).toEqual({
      hint: 'h',
    });
  });
});

describe('the text of a reply', () => {
  const shown = (pieces: string[], reply: string): string => {
    const text = createReplyText();
    const timing = { firstTokenMs: 0, totalMs: 0 };
    const turn = {
      conversationId: 'c',
      reply,
      assistantId: 'a',
      newConversation: false,
      recovered: false,
      timing,
    };
    const events: ReplyEvent[] = [
      { type: 'start', conversationId: 'c', newConversation: false },
      ...pieces.map((piece) => ({ type: 'delta', text: piece }) as const),
      { type: 'done', turn },
    ];
    return events.map((event) => text.next(event)).join('');
  };
  test.each([
    ['whole', [], 'Hello', 'Hello'],
    ['in pieces', ['Hel', 'lo'], 'Hello', 'Hello'],
    ['with a late end', ['Hel'], 'Hello', 'Hello'],
    ['with other space around', ['Hello '], 'Hello\n', 'Hello '],
    ['changed', ['Hallo'], 'Hello', 'Hallo\nHello'],
    ['empty', [], '', ''],
  ])('%s', (_, pieces, reply, expected) => expect(shown(pieces, reply)).toBe(expected));

  test.each([
    [true, 'Hal', 'Hello', true],
    [true, 'Hel', 'Hello', false],
    [true, 'Hello ', 'Hello\n', false],
    [true, '', 'Hello', false],
    [false, 'Hal', 'Hello', false],
  ])('found again: %s; after %j comes %j: in its place %s', (recovered, begun, reply, expected) => {
    const text = createReplyText();
    const timing = { firstTokenMs: 0, totalMs: 0 };
    const facts = { conversationId: 'c', assistantId: 'a', newConversation: false };
    text.next({ type: 'delta', text: begun });
    expect(text.isReplaced({ type: 'delta', text: 'x' })).toBe(false);
    const done = { type: 'done', turn: { ...facts, reply, recovered, timing } } as const;
    expect(text.isReplaced(done)).toBe(expected);
  });
});

describe('a stored setting', () => {
  const config = {
    path: '/c',
    persist: true,
    profiles: { work: { api_key: 'KEY1', assistant_id: 'a-1' } },
  };
  const change = (name: Parameters<typeof configValue>[1], value?: string, profile = 'work') =>
    changedConfig(config, { name, value, profile });

  test.each([
    ['assistant_id', 'a.b:c', { assistant_id: 'a.b:c' }],
    ['base_url', 'https://x.example/v2/', { base_url: 'https://x.example/v2' }],
    ['assistant_id', undefined, { assistant_id: undefined }],
  ] as const)('%s %s', (name, value, expected) => {
    expect(change(name, value)).toEqual({
      ...config,
      profiles: { work: { ...config.profiles.work, ...expected } },
    });
  });

  test('persist is of no profile', () => {
    expect([change('persist', 'false').persist, change('persist').persist]).toEqual([
      false,
      undefined,
    ]);
    expect(configValue(config, 'persist', 'none')).toBe('true');
  });

  test('another profile is left alone', () => {
    expect(change('assistant_id', 'a-2', 'home').profiles).toEqual({
      ...config.profiles,
      home: { assistant_id: 'a-2' },
    });
    expect([
      configValue(config, 'assistant_id', 'work'),
      configValue(config, 'assistant_id', 'home'),
    ]).toEqual(['a-1', undefined]);
  });

  test.each<[Parameters<typeof change>, object]>([
    [['persist', 'yes'], { message: 'bad value "yes" for persist', hint: 'give true or false' }],
    [['assistant_id', 'a b'], { message: '"a b" is not an assistant id' }],
    [
      ['base_url', 'http://x.example'],
      { message: 'bad base URL "http://x.example": a key may not travel over plain http:' },
    ],
  ])('%j is refused', (args, expected) => {
    expect(failureFrom(() => change(...args))).toMatchObject({ kind: 'usage', ...expected });
  });

  test.each([
    ['asistant_id', 'did you mean assistant_id?'],
    ['api_keys', 'did you mean api_key?'],
    ['', 'settings are api_key, assistant_id, base_url, api_key_command, persist, history'],
  ])('an unknown name: %j', (key, hint) => {
    expect(failureFrom(() => checkedConfigKey(key))).toEqual({
      kind: 'usage',
      message: `unknown setting "${key}"`,
      hint,
    });
  });
});
