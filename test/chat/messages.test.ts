import { describe, expect, test, it } from 'vitest';
import { AppError, type ErrorDetails, type ErrorKind } from '../../src/base/errors.js';
import { failure } from '../helpers/failure.js';
import { chatOf, delta, done, play, scene, STARTED, type Scene, type World } from './scene.js';

const fails = (kind: ErrorKind, details: ErrorDetails = {}): AppError =>
  new AppError(kind, `it was ${kind}`, details);
const WAITING = '[waiting for the assistant]';
const LOST = fails('timeout', { delivery: 'unknown' });

describe('a message', () => {
  test('is sent, and its reply printed as it comes, in one conversation', async () => {
    const { transcript, sent, chat } = await chatOf(['hello', ' /help', '//help', '/a/b'], {
      state: { title: 'Trip', speaker: 'Ada' },
      turns: [[STARTED, delta('Hi'), delta(' you'), done('Hi you!', { ms: 20 })]],
    });
    expect(transcript).toEqual([
      ...['> hello', WAITING, '[]', 'Hi', '[]', ' you', '[]', '!', '[]', '⏎', '[]'],
      ...['>  /help', WAITING, '[]', 'ok', '[]', '⏎', '[]'],
      ...['> //help', WAITING, '[]', 'ok', '[]', '⏎', '[]'],
      ...['> /a/b', WAITING, '[]', 'ok', '[]', '⏎', '[]'],
    ]);
    const told = { assistantId: 'a-1', title: 'Trip', speaker: 'Ada' };
    expect(sent).toEqual([
      { ...told, text: 'hello', conversationId: undefined },
      { ...told, text: ' /help', conversationId: 'c-1' },
      { ...told, text: '/help', conversationId: 'c-1' },
      { ...told, text: '/a/b', conversationId: 'c-1' },
    ]);
    expect(chat.state.turns[0]).toEqual({ timing: { firstTokenMs: 20, totalMs: 40 } });
    expect(chat.state.replies).toEqual(['Hi you!', 'ok', 'ok', 'ok']);
  });

  test('of white space is none', async () => {
    const { transcript, sent } = await chatOf(['', '  \n ']);
    expect([transcript, sent]).toEqual([['> ', '>   \n '], []]);
  });

  test('whose reply broke off does not come back: it may have been delivered', async () => {
    const { transcript, chat } = await chatOf(['hello'], {
      turns: [[STARTED, delta('Hi'), fails('timeout', { delivery: 'unknown', hint: 'wait' })]],
    });
    expect(transcript).toEqual([
      ...['> hello', WAITING, '[]', 'Hi', '[]', '⏎', '[]'],
      [
        '!error: it was timeout!',
        '~delivery: unknown, the message may have been delivered; it was not sent again~',
        '~hint: wait; see /history; Up or /retry brings it back~',
      ].join('\n'),
    ]);
    expect(failure(chat.state.lastFailure)).toMatchObject({ kind: 'timeout' });
  });

  test('that a person has silenced the assistant for leaves the prompt to the ways out', async () => {
    const { transcript } = await chatOf(['hello'], { turns: [[STARTED, fails('ai_disabled')]] });
    expect(transcript.slice(-2)).toEqual([
      '!error: it was ai_disabled!\n~hint: what you type is added as a person’s message; /release lets the assistant answer again~',
      'prompt: taken over> ',
    ]);
  });

  test('that is tried again says so, safely; a search shows above the prompt', async () => {
    const { transcript } = await chatOf(['hello'], {
      turns: [
        [
          { type: 'retry', attempt: 1, waitMs: 1500, error: new AppError('api', 'no\x1b[2J way') },
          { type: 'search', error: LOST },
          done('found', { recovered: true }),
        ],
      ],
    });
    expect(transcript).toEqual([
      ...['> hello', WAITING, '~no way; trying again in 1.5 s~'],
      ...['[the answer was lost: looking for it]', '[]', 'found', '[]', '⏎', '[]'],
    ]);
  });

  test('that is tried again ends its sentence once', async () => {
    const error = new AppError('api', 'Refused: Try later.');
    const retry = { type: 'retry', attempt: 1, waitMs: 500, error } as const;
    const { transcript } = await chatOf(['hello'], { turns: [[retry, done('found')]] });
    expect(transcript).toContain('~Refused: Try later; trying again in 0.5 s~');
  });

  test.each([
    ['goes on where it stopped', 'Hi you', ['[]', ' you']],
    [
      'is printed whole when it is another one',
      'Good day',
      ['[]', '⏎', '~the reply was cut off; here it is in full~', '[]', '\nGood day'],
    ],
  ])('whose reply was cut off and is found again %s', async (_, reply, expected) => {
    const { transcript } = await chatOf(['hello'], {
      turns: [[delta('Hi'), done(reply, { recovered: true })]],
    });
    expect(transcript).toEqual(['> hello', WAITING, '[]', 'Hi', ...expected, '[]', '⏎', '[]']);
  });

  test('that meets a bug ends the chat', async () => {
    const bug = new TypeError('x');
    const throwing = (): never => {
      throw bug;
    };
    await expect(chatOf(['hello', 'again'], { turns: [[throwing]] })).rejects.toBe(bug);
  });
});

describe('Ctrl-C', () => {
  test('cancels the turn that runs, and the chat goes on', async () => {
    const kinds: unknown[] = [];
    const note = ({ chat }: Scene): void => void kinds.push(chat.state.lastFailure?.kind);
    const { transcript, sent } = await chatOf(['hello', note, 'again', note], {
      turns: [[delta('Hi'), (chat) => chat.interrupt(), delta('never')]],
    });
    expect(transcript).toEqual([
      ...['> hello', WAITING, '[]', 'Hi', '[]', '⏎', '[]', '~cancelled~'],
      ...['> again', WAITING, '[]', 'ok', '[]', '⏎', '[]'],
    ]);
    expect(sent).toHaveLength(2);
    expect(kinds).toEqual(['interrupted', undefined]);
  });

  test('means nothing when nothing runs any more', async () => {
    const { transcript } = await chatOf(['hello', (chat) => chat.interrupt(), 'again']);
    expect(transcript.filter((line) => line === 'ok')).toHaveLength(2);
  });

  const leave = '~press Ctrl-C again or Ctrl-D to exit~';
  test.each([
    ['leaves when it comes twice within two seconds', 2_000, ['> ^C', leave, '> ^C']],
    [
      'does not when it comes later',
      2_001,
      ['> ^C', leave, '> ^C', leave, '> /clear', '(cleared)'],
    ],
  ])('%s', async (_, ms, expected) => {
    const ctrlC = { type: 'interrupt' } as const;
    const later = ({ clock }: Scene): void => clock.advance(ms);
    const { transcript } = await chatOf([ctrlC, later, ctrlC, '/clear']);
    expect(transcript).toEqual(expected);
  });

  test('does not when something was done in between', async () => {
    const ctrlC = { type: 'interrupt' } as const;
    const { transcript } = await chatOf([ctrlC, '/clear', ctrlC, '/clear']);
    const asked = ['> ^C', leave, '> /clear', '(cleared)'];
    expect(transcript).toEqual([...asked, ...asked]);
  });
});

describe('the end of the chat from outside', () => {
  const stop = fails('terminated');
  test('closes the prompt that waits, and is why the chat ended', async () => {
    const played = scene();
    const chat = play(played, [(each) => each.stop(stop)]);
    await expect(chat).rejects.toBe(stop);
    expect(played.transcript).toEqual(['(closed)']);
    expect(played.listeners()).toBe(0);
  });

  test('before it begins shows no prompt', async () => {
    const played = scene();
    played.stop(stop);
    await expect(play(played, ['hello'])).rejects.toBe(stop);
    expect(played.transcript).toEqual([]);
  });

  test('ends the turn that runs; nothing more is said of it', async () => {
    const played = scene({ turns: [[delta('Hi'), (each) => each.stop(stop), delta('never')]] });
    await expect(play(played, ['hello', 'again'])).rejects.toBe(stop);
    const shown = ['> hello', WAITING, '[]', 'Hi', '(closed)', '[]', '⏎', '[]'];
    expect([played.transcript, played.listeners()]).toEqual([shown, 0]);
  });

  test('ends a command that asks Telnyx', async () => {
    const played = scene({ state: { conversationId: 'c-1' } });
    played.chat.ports.api.getMessages = (_, { signal }) => {
      played.stop(stop);
      return Promise.reject(signal.reason as Error);
    };
    await expect(play(played, ['/history', 'again'])).rejects.toBe(stop);
    expect(played.transcript).toEqual(['> /history', '[waiting for Telnyx]', '(closed)', '[]']);
  });

  test('before a command asks is known to it', async () => {
    const played = scene({ state: { conversationId: 'c-1' } });
    played.chat.ports.dialogs.choose = () => {
      played.stop(stop);
      return Promise.resolve('c-1');
    };
    played.chat.ports.api.listConversations = () =>
      Promise.resolve([{ id: 'c-1', name: '', metadata: {}, createdAt: '', lastMessageAt: '' }]);
    const reasons: unknown[] = [];
    played.chat.ports.api.getConversation = (_, { signal }) => {
      reasons.push(signal.reason);
      return Promise.reject(stop);
    };
    await expect(play(played, ['/resume'])).rejects.toBe(stop);
    expect(reasons).toEqual([stop]);
  });
});

describe('/retry', () => {
  test.each<[string, AppError | undefined, string | undefined]>([
    ['what never arrived', fails('network', { delivery: 'not_sent' }), undefined],
    ['what was refused', fails('api', { delivery: 'refused' }), undefined],
    ['what was not accepted', fails('usage'), undefined],
    ['what may have arrived', LOST, '? The last message may have been delivered. Send it again?'],
    [
      'what was cancelled',
      fails('interrupted'),
      '? The last message may have been delivered. Send it again?',
    ],
    ['what was answered', undefined, '? The last message was answered. Send it again?'],
  ])('sends again at once only what was not run: %s', async (_, error, question) => {
    const texts = async (confirm: boolean): Promise<[string[], string[]]> => {
      const turns = error ? [[error]] : [];
      const { transcript, sent } = await chatOf(['hello', '/retry'], { turns, confirm });
      const asked = transcript.filter((line) => line.startsWith('?'));
      return [sent.map(({ text }) => text), asked];
    };
    const questions = question === undefined ? [] : [question];
    expect(await texts(true)).toEqual([['hello', 'hello'], questions]);
    expect(await texts(false)).toEqual([question ? ['hello'] : ['hello', 'hello'], questions]);
  });

  test('asks again when the second try was answered', async () => {
    const world: World = { turns: [[fails('api', { delivery: 'refused' })]] };
    const { transcript } = await chatOf(['hello', '/retry', '/retry'], world);
    expect(transcript.at(-1)).toBe('? The last message was answered. Send it again?');
  });

  test('has nothing to send at first', async () => {
    const { transcript } = await chatOf(['/retry']);
    expect(transcript).toEqual(['> /retry', '!error: there is no message to send again yet!']);
  });
});

const FILE = `== Orders
> Where is my order?
< Here.
? keep order=/no. (\\d+)/

> Cancel {{order}},
> please.
? says cancelled

== Thanks
> Thanks.
? says welcome
`;

const FILES = { 'bug.chat': FILE };
const turn = (reply: string) => [STARTED, delta(reply), done(reply)];
const TURNS = [turn('It is no. 4711.'), turn('It is cancelled.'), turn('You are welcome.')];

const played = (world: World = {}, ...lines: string[]): Promise<Scene> =>
  chatOf(lines.length === 0 ? ['/play bug.chat'] : lines, { files: FILES, turns: TURNS, ...world });

const saidIn = ({ sent }: Scene): string[] => sent.map(({ text }) => text);

describe('/play', () => {
  it('says the messages one after another, with what replies gave', async () => {
    const chat = await played();
    expect(chat.transcript.filter((line) => !line.startsWith('['))).toEqual([
      '> /play bug.chat',
      '> Where is my order?',
      'It is no. 4711.',
      '⏎',
      '> Cancel 4711,\nplease.',
      'It is cancelled.',
      '⏎',
      '> Thanks.',
      'You are welcome.',
      '⏎',
      '~played 3 messages~',
    ]);
    expect(saidIn(chat)).toEqual(['Where is my order?', 'Cancel 4711,\nplease.', 'Thanks.']);
    expect(chat.sent.map(({ conversationId }) => conversationId)).toEqual([
      undefined,
      'c-1',
      'c-1',
    ]);
  });

  it('is stopped by Ctrl-C', async () => {
    const stopped = [STARTED, delta('It'), (scene: Scene) => scene.interrupt(), done('never')];
    const chat = await played({ turns: [TURNS[0] ?? [], stopped] });
    expect(saidIn(chat)).toHaveLength(2);
    expect(chat.transcript.slice(-2)).toEqual(['~cancelled~', '~stopped: played 1 of 3 messages~']);
  });

  it('is stopped by Ctrl-C while tool calls are looked for', async () => {
    const interruptReading = (scene: Scene): void => {
      const { api } = scene.chat.ports;
      api.getMessages = () => {
        scene.interrupt();
        return Promise.reject(new AppError('interrupted', 'cancelled'));
      };
    };
    const world = { files: FILES, turns: TURNS, state: { trace: true } };
    const chat = await chatOf([interruptReading, '/play bug.chat'], world);
    expect(saidIn(chat)).toHaveLength(1);
    expect(chat.transcript.at(-1)).toBe('~stopped: played 1 of 3 messages~');
  });

  it('ends with the first message that fails', async () => {
    const failure = new AppError('network', 'no route', { delivery: 'not_sent' });
    const chat = await played({ turns: [TURNS[0] ?? [], [failure]] });
    expect(saidIn(chat)).toHaveLength(2);
    expect(chat.transcript.slice(-3)).toEqual([
      '!error: no route!',
      'draft: Cancel 4711,\nplease.',
      '~stopped: played 1 of 3 messages~',
    ]);
  });

  it('ends where a reply had no value for a later message', async () => {
    const chat = await played({ turns: [turn('I do not know.')] });
    expect(saidIn(chat)).toHaveLength(1);
    expect(chat.transcript.slice(-2)).toEqual([
      '!error: no reply had a value for {{order}}!\n~hint: its keep check did not match~',
      '~stopped: played 1 of 3 messages~',
    ]);
  });

  it.each([
    ['/play', 'file is required'],
    ['/play none.chat', 'there is no file none.chat'],
    ['/play "bug.chat', 'the quote before "bug.chat" has no end'],
    ['/play bad.chat', 'bad.chat:2:1: '],
    ['/play simulated.chat', 'simulated.chat has no message to say'],
  ])('%s: %s', async (line, message) => {
    const files = {
      ...FILES,
      'bad.chat': '== a\n! b\n',
      'simulated.chat': '== a\ncaller: Ana\n? judge Is polite\n',
    };
    const chat = await played({ files }, line);
    expect(saidIn(chat)).toEqual([]);
    expect(chat.transcript[1]).toContain(`!error: ${message}`);
    expect(chat.transcript.at(-1)).toBe(`draft: ${line}`);
  });

  it('takes a name in quotes', async () => {
    const chat = await played({ files: { 'my bug.chat': FILE } }, '/play "my bug.chat"');
    expect(saidIn(chat)).toHaveLength(3);
  });

  it('says nothing in a conversation that a person has taken over', async () => {
    const chat = await played({ state: { isTakenOver: true, conversationId: 'c-1' } });
    expect(saidIn(chat)).toEqual([]);
    expect(chat.transcript[1]).toContain('!error: a person has taken this conversation over!');
  });
});
