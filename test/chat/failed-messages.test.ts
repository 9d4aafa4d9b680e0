import { describe, expect, test } from 'vitest';
import { AppError, type ErrorDetails, type ErrorKind } from '../../src/base/errors.js';
import { chatOf, delta, done, STARTED, type Doing, type Scene, type World } from './scene.js';

const fails = (kind: ErrorKind, details: ErrorDetails = {}): AppError =>
  new AppError(kind, `it was ${kind}`, details);
const REFUSED = fails('api', { delivery: 'refused', status: 400 });
const UNSENT = fails('network', { delivery: 'not_sent' });
const LOST = fails('timeout', { delivery: 'unknown' });
const CANCELLED = '~cancelled~';
const MAYBE =
  '~cancelled; the message may have been delivered: see /history; Up or /retry brings it back~';
const QUESTION = '? The last message may have been delivered. Send it again?';
const ENTER: Doing = { type: 'enter' };

const queued =
  (...lines: string[]) =>
  (chat: Scene): void =>
    chat.queue(...lines);

/** The texts that reached the assistant. */
async function sent(doings: Doing[], world: World): Promise<string[]> {
  return (await chatOf(doings, world)).sent.map(({ text }) => text);
}

/** What the person saw and typed, without replies and status lines. */
const story = ({ transcript }: Scene): string[] =>
  transcript.filter((line) => /^(> |draft: |prompt: |~|!|\?)/.test(line));

describe('a message that failed', () => {
  test.each<[string, AppError, string[]]>([
    ['refused: the prompt stays empty, for a command', REFUSED, []],
    ['not sent: it is the draft again', UNSENT, ['draft: hello']],
    ['not accepted: it is the draft again', fails('usage'), ['draft: hello']],
    ['without a key: it is the draft again', fails('not_configured'), ['draft: hello']],
    ['perhaps delivered: it does not come back by itself', LOST, []],
    ['of an unknown outcome: it does not come back by itself', fails('bug'), []],
  ])('%s', async (_, error, expected) => {
    const played = await chatOf(['hello'], { turns: [[STARTED, error]] });
    expect(story(played).slice(2)).toEqual(expected);
  });

  test('says where it is, where nothing better is known', async () => {
    const { transcript } = await chatOf(['hello'], { turns: [[LOST]] });
    expect(transcript.at(-1)?.split('\n').at(-1)).toBe(
      '~hint: see /history; Up or /retry brings it back~',
    );
  });

  test('comes back as it has to be typed to be sent', async () => {
    const { transcript } = await chatOf(['//help me', '/a/b'], { turns: [[UNSENT], [UNSENT]] });
    expect(transcript.filter((line) => line.startsWith('draft'))).toEqual([
      'draft: //help me',
      'draft: /a/b',
    ]);
  });

  test.each<[boolean, string[]]>([
    [false, ['!error: it was api!', '~hint: h~']],
    [true, ['!error: it was api!', '~hint: h~', '~conversation: c-1~', '~request: r-1~']],
  ])('names conversation and request only with -v: %s', async (isVerbose, lines) => {
    const details = { hint: 'h', conversationId: 'c-1', requestId: 'r-1', delivery: 'refused' };
    const { transcript } = await chatOf(
      [({ chat }): void => void (chat.ports.isVerbose = isVerbose), 'hello'],
      { turns: [[fails('api', details as ErrorDetails)]] },
    );
    expect(transcript.at(-1)?.split('\n')).toEqual(lines);
  });
});

describe('Ctrl-C', () => {
  const stop = (chat: Scene): void => chat.interrupt();
  const unsent = (chat: Scene): void => {
    chat.interrupt();
    throw fails('interrupted', { delivery: 'not_sent' });
  };

  test.each<[string, World['turns'], string[]]>([
    [
      'after the first word says that, and nothing more',
      [[STARTED, delta('Hi'), stop]],
      [CANCELLED],
    ],
    ['before it says that the message may have been delivered', [[STARTED, stop]], [MAYBE]],
    ['before anything was sent gives the message back', [[unsent]], [CANCELLED, 'draft: hello']],
  ])('%s', async (_, turns, expected) => {
    const played = await chatOf(['hello'], { turns: turns ?? [] });
    expect(story(played).slice(1)).toEqual(expected);
  });

  test('holds what was queued, which comes back one by one, in order', async () => {
    const played = await chatOf(['one', ENTER, ENTER, ENTER], {
      turns: [[STARTED, queued('two', 'three'), stop]],
    });
    expect(story(played)).toEqual([
      ...['> one', MAYBE, 'draft: two', '> two', 'draft: three', '> three'],
    ]);
    expect(played.sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });
});

describe('messages behind one that failed', () => {
  test('wait behind the one that was not sent', async () => {
    const turns = [[queued('two', '/new', 'three'), UNSENT]];
    const played = await chatOf(['one', ENTER, ENTER, ENTER, ENTER], { turns });
    expect(story(played)).toEqual([
      ...['> one', '!error: it was network!', 'draft: one', '> one', 'draft: two', '> two'],
      ...['draft: /new', '> /new', '~your next message starts a new conversation~'],
    ]);
    expect(played.held).toEqual(['three']);
  });

  test('wait behind a refusal until another message is answered', async () => {
    const played = await chatOf(['one', '/new', 'again', ENTER], {
      turns: [[queued('two'), REFUSED]],
    });
    expect(story(played)).toEqual([
      ...['> one', '!error: it was api!', '> /new'],
      ...['~your next message starts a new conversation~', '> again', 'draft: two', '> two'],
    ]);
  });

  test('are held behind a command that failed too', async () => {
    const played = await chatOf(['hello', '/resume', 'other', ENTER], {
      turns: [[queued('/resume', 'two')]],
      conversations: [],
    });
    expect(played.sent.map(({ text }) => text)).toEqual(['hello', 'other', 'two']);
  });

  test('stay in order when another one fails', async () => {
    const turns = [
      [queued('two', 'three'), UNSENT],
      [queued('four'), UNSENT],
    ];
    const played = await chatOf(['one', ENTER, ENTER, ENTER, ENTER, ENTER], { turns });
    expect(played.sent.map(({ text }) => text)).toEqual([
      ...['one', 'one', 'one', 'two', 'three', 'four'],
    ]);
  });

  test('leave a draft alone', async () => {
    const played = await chatOf(['one', 'typed meanwhile', ENTER], {
      turns: [
        [queued('two'), ({ chat }) => chat.ports.editor.restoreDraft('typed meanwhile'), UNSENT],
      ],
    });
    expect(played.sent.map(({ text }) => text)).toEqual(['one', 'typed meanwhile', 'one']);
    expect(played.held).toEqual([]);
    expect(story(played).at(-1)).toBe('draft: two');
  });

  test('do not come back once more when they were sent in another way', async () => {
    const turns = [[queued('two', 'three'), REFUSED]];
    const played = await chatOf(['one', 'two'], { turns });
    expect(story(played).slice(-2)).toEqual(['> two', 'draft: three']);
  });
});

describe('a second copy is never one Enter away', () => {
  test.each<[string, World['turns']]>([
    ['after a cut stream', [[STARTED, delta('Hi'), LOST]]],
    ['after Ctrl-C', [[STARTED, delta('Hi'), (chat) => chat.interrupt()]]],
    ['after Ctrl-C before the first word', [[STARTED, (chat) => chat.interrupt()]]],
    ['when it was queued', [[queued('pay'), LOST]]],
    ['when it was queued and others are answered', [[queued('pay', 'more'), LOST]]],
    ['when it was queued behind others', [[queued('more', 'pay'), LOST]]],
  ])('%s', async (_, turns) => {
    const texts = await sent(['pay', ENTER, ENTER, ENTER], { turns: turns ?? [] });
    expect(texts.filter((text) => text === 'pay')).toEqual(['pay']);
  });

  test('when a second try, which was wanted, is not sent', async () => {
    const world = { turns: [[LOST], [UNSENT], [UNSENT]], confirm: true };
    const played = await chatOf(['pay', '/retry', ENTER, '/retry', ENTER], world);
    expect(played.sent).toHaveLength(3);
    expect(story(played).filter((line) => line === QUESTION)).toHaveLength(2);
  });

  test('by /retry, which asks', async () => {
    const world = { turns: [[LOST], [REFUSED]] };
    expect(await sent(['pay', '/retry', '/retry'], world)).toEqual(['pay']);
  });

  test('until a try of it was answered: then it is a message like any other', async () => {
    const world = { turns: [[LOST], [done('ok')], [UNSENT]], confirm: true };
    const { transcript } = await chatOf(['pay', '/retry', 'pay'], world);
    expect(transcript.at(-1)).toBe('draft: pay');
  });
});

describe('a conversation that a person has taken over', () => {
  const world: World = {
    state: { conversationId: 'c-1', isTakenOver: true, speaker: 'Ana' },
    conversations: [{ metadata: { ai_disabled: 'true' } }],
  };
  const message = { conversationId: 'c-1', role: 'assistant', speaker: 'Ana' };

  test('gets what is typed as the person’s messages, until it is released', async () => {
    const played = await chatOf(['One moment', '/release', 'hello'], world);
    expect(story(played)).toEqual([
      ...['> One moment', '~added to the conversation~', '> /release'],
      ...['~released: the assistant answers again~', 'prompt: Ana> ', '> hello'],
    ]);
    expect(played.asked[0]).toEqual(['messageAdder', { ...message, text: 'One moment' }]);
    expect(played.sent.map(({ text }) => text)).toEqual(['hello']);
  });

  test('is known as such when a turn is refused, and holds what follows', async () => {
    const played = await chatOf(['hello', 'I am here', ENTER], {
      turns: [[STARTED, queued('next'), fails('ai_disabled', { delivery: 'refused' })]],
    });
    expect(story(played).slice(2)).toEqual([
      ...['prompt: taken over> ', '> I am here', '~added to the conversation~'],
      ...['draft: next', '> next', '~added to the conversation~'],
    ]);
    expect(played.sent).toHaveLength(1);
  });

  test('gets a refused turn as a turn when it is tried again', async () => {
    const turns = [[STARTED, fails('ai_disabled', { delivery: 'refused' })]];
    expect(await sent(['hello', '/retry'], { turns })).toEqual(['hello', 'hello']);
  });

  test.each<[AppError, string[]]>([
    [UNSENT, ['draft: One moment']],
    [REFUSED, []],
    [LOST, []],
  ])('treats a message that failed as any other: %s', async (error, expected) => {
    const played = await chatOf(['One moment', '/retry'], {
      ...world,
      addFailures: [error, error, error],
    });
    expect(
      story(played)
        .slice(2)
        .filter((line) => line.startsWith('draft')),
    ).toEqual([...expected, ...expected]);
    const asked = story(played).filter((line) => line.startsWith('?'));
    expect(asked).toEqual(error === LOST ? [QUESTION] : []);
    expect(played.sent).toEqual([]);
  });

  test('asks before a message that was added is added once more', async () => {
    const { transcript, asked } = await chatOf(['One moment', '/retry'], world);
    expect(transcript.at(-1)).toBe('? The last message was added. Send it again?');
    expect(asked.filter(([call]) => call === 'add')).toHaveLength(1);
  });

  test('is left by /new and /assistant', async () => {
    for (const line of ['/new', '/assistant a-2']) {
      const { transcript } = await chatOf([line], { ...world, assistants: [{ id: 'a-2' }] });
      expect(transcript.at(-1)).toBe('prompt: Ana> ');
    }
  });
});

test('the prompt says who is speaking', async () => {
  const played = await chatOf(['/as Ana\x1b[2J', `/as ${'x'.repeat(30)}`, '/as'], {});
  expect(story(played).filter((line) => line.startsWith('prompt'))).toEqual([
    ...['prompt: Ana> ', `prompt: ${'x'.repeat(19)}…> `, 'prompt: > '],
  ]);
});
