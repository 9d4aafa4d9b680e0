import { describe, expect, test } from 'vitest';
import { completeDraft, type Completion } from '../../src/chat/completion.js';
import { SLASH_COMMANDS } from '../../src/chat/slash-commands.js';

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
