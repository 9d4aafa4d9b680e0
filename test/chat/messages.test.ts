import { describe, expect, test } from 'vitest';
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
    played.chat.ports.api.listMessages = async function* (_, { signal }) {
      played.stop(stop);
      await Promise.resolve();
      signal.throwIfAborted();
      yield [];
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
