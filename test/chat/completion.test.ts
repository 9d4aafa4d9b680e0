import { describe, expect, test } from 'vitest';
import { completeDraft, type Completion } from '../../src/chat/completion.js';

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
    const candidates = values.map((value) => ({ value }));
    expect(await complete(draft)).toEqual({ from, candidates });
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
    expect(await complete('/resume Tax', 3)).toEqual({
      from: 0,
      candidates: [{ value: '/resume ' }, { value: '/release ' }, { value: '/retry ' }],
    });
  });

  test.each(['', 'hello', ' /re', '//re', '/a/b', '/history 1', 'so /resume T', '/resume T\nx'])(
    'has nothing for %j',
    async (draft) => {
      expect(await complete(draft)).toBeUndefined();
    },
  );
});
