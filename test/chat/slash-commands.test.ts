import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  completeDraft,
  KEYS,
  helpLines,
  parseInput,
  SLASH_COMMANDS,
  type ChatInput,
  type Completion,
} from '../../src/chat/slash-commands.js';

describe('a line of the chat', () => {
  const command = (name: string, argument = '') => ({
    type: 'command',
    command: expect.objectContaining({ name }),
    argument,
  });
  const message = (text: string): ChatInput => ({ type: 'message', text });
  const unknown = (name: string, near?: string): ChatInput => ({
    type: 'unknown',
    name,
    nearest: near,
  });
  test.each<[string, object]>([
    ['hello', message('hello')],
    ['/help', command('help')],
    ['/help  ', command('help')],
    ['/new', command('new')],
    ['/new My  trip ', command('new', 'My  trip')],
    ['/new\tMy trip', command('new', 'My trip')],
    ['/new a\nb', message('/new a\nb')],
    ['/exit\nsecond', message('/exit\nsecond')],
    ['/takeover\nthe company', message('/takeover\nthe company')],
    ['/nonsense\nthat is pasted', message('/nonsense\nthat is pasted')],
    ['/edit one\ntwo', message('/edit one\ntwo')],
    ['// a comment\ncode', message('// a comment\ncode')],
    ['/exit\n', command('exit')],
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

  const isEscaped = (line: string): boolean =>
    line.startsWith('//') && !line.trimEnd().includes('\n');

  test('of several lines is a command where a key made it one', () => {
    expect(parseInput('/edit one\ntwo', true)).toEqual(command('edit', 'one\ntwo'));
  });

  test('never fails, and never loses a message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const input = parseInput(line);
        if (input.type === 'message')
          expect(isEscaped(line) ? `/${input.text}` : input.text).toBe(line);
        else expect(line).toMatch(/^\/[\w-]/);
      }),
    );
  });

  describe('help', () => {
    test('has every command, then every key', () => {
      const terms = helpLines(200).map((line) => line.split(/ {2,}/, 1)[0]);
      const commands = SLASH_COMMANDS.map(({ name, argument }) => `/${name} ${argument}`.trim());
      expect(terms).toEqual([...commands, '', ...KEYS.map(({ keys }) => keys)]);
    });

    test.each([80, 40, 30, 20])('fits a window of %i columns, and loses no word', (columns) => {
      const lines = helpLines(columns);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
      expect(words(lines.join(' '))).toEqual(words(helpLines(Infinity).join(' ')));
    });

    test('wraps what a command does under itself', () => {
      expect(helpLines(40).slice(0, 4)).toEqual([
        '/new [title]       start a new',
        '                   conversation',
        '/resume [id|name]  continue an earlier',
        '                   conversation',
      ]);
    });
  });
});

const conversations = [
  { value: 'Trip', note: 'c-1' },
  { value: 'Tax return', note: 'c-2' },
  { value: 'Other', note: 'c-3' },
];
const sources = {
  conversations: () => Promise.resolve(conversations),
  assistants: () => Promise.resolve([{ value: 'a-1', note: 'Quiet' }]),
};

const complete = (draft: string, cursor = draft.length): Promise<Completion | undefined> =>
  completeDraft(draft, cursor, sources);

describe('Tab', () => {
  test.each<[string, number, string[]]>([
    ['/re', 0, ['/resume ', '/release ', '/retry ']],
    ['/exit', 0, ['/exit ']],
    ['/xyzzy', 0, []],
  ])('completes the command %j', async (draft, from, values) => {
    const completion = await complete(draft);
    expect(completion?.from).toBe(from);
    expect(completion?.candidates.map(({ value }) => value)).toEqual(values);
  });

  test('says what each command does', async () => {
    expect(await complete('/ex')).toEqual({
      from: 0,
      candidates: SLASH_COMMANDS.filter(({ name }) => name.startsWith('ex')).map(
        ({ name, summary }) => ({ value: `/${name} `, note: summary }),
      ),
    });
  });

  test('offers every command after a slash', async () => {
    expect((await complete('/'))?.candidates.length).toBeGreaterThan(10);
  });

  test.each<[string, number, Completion['candidates']]>([
    ['/resume ', 8, conversations],
    ['/resume T', 8, conversations.slice(0, 2)],
    ['/resume  Tax r', 9, conversations.slice(1, 2)],
    ['/assistant a', 11, [{ value: 'a-1', note: 'Quiet' }]],
    ['/assistant b', 11, []],
  ])('completes what a command is given: %j', async (draft, from, candidates) => {
    expect(await complete(draft)).toEqual({ from, candidates });
  });

  test('goes by what is before the cursor', async () => {
    const completion = await complete('/resume Tax', 3);
    expect(completion?.candidates.map(({ value }) => value)).toEqual([
      ...['/resume ', '/release ', '/retry '],
    ]);
  });

  test('offers a conversation by its name or by its id, not by both', async () => {
    const [trip, other] = [
      { value: 'Trip', note: 'c-1' },
      { value: 'c-2', note: '' },
    ];
    const both = () => Promise.resolve([trip, { value: 'c-1', note: 'Trip' }, other]);
    const offered = (draft: string) =>
      completeDraft(draft, draft.length, { ...sources, conversations: both });
    expect((await offered('/resume '))?.candidates).toEqual([trip, other]);
    expect((await offered('/resume c-1'))?.candidates).toEqual([{ value: 'c-1', note: 'Trip' }]);
  });

  test.each(['', 'hello', ' /re', '//re', '/a/b', '/history 1', 'so /resume T', '/resume T\nx'])(
    'has nothing for %j',
    async (draft) => {
      expect(await complete(draft)).toBeUndefined();
    },
  );
});
