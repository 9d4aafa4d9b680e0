import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { runPipedChat } from '../../src/chat/piped-chat.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { failure, failureOf } from '../helpers/failure.js';
import { stillClock } from '../helpers/still-clock.js';

const broken = new AppError('api', 'broken', { status: 500, delivery: 'unknown' });
const stop = new AppError('interrupted', 'interrupted');

/** In place of a line: none comes, and no end. */
const NEVER = Symbol('never');

/** Lines, then the end; or a failure; or none. */
async function* linesOf(lines: (string | AppError | typeof NEVER)[]): AsyncGenerator<string> {
  for (const line of lines) {
    if (line instanceof AppError) throw line;
    if (line === NEVER) await new Promise(() => undefined);
    else yield await Promise.resolve(line);
  }
}

interface Options {
  keepGoing?: boolean;
  conversationId?: string;
  signal?: AbortSignal;
  /** What fails, by its line. */
  failing?: Record<string, AppError>;
}

/** A chat of these lines: what was sent to which conversation, what was shown, what failed. */
async function chat(lines: (string | AppError | typeof NEVER)[], options: Options = {}) {
  const { keepGoing, conversationId, failing = {} } = options;
  const sent: [string, string | undefined][] = [];
  const shown: string[] = [];
  const told: string[] = [];
  const clock = stillClock();
  async function* takeTurn(text: string, id: string | undefined): AsyncGenerator<ReplyEvent> {
    sent.push([text, id]);
    const newConversation = id === undefined;
    yield await Promise.resolve({
      type: 'start',
      conversationId: id ?? 'c-new',
      newConversation,
    } as const);
    if (failing[text]) throw failing[text];
    const timing = { firstTokenMs: 1, totalMs: 1 };
    const turn = {
      conversationId: id ?? 'c-new',
      reply: text.toUpperCase(),
      assistantId: 'a',
      newConversation,
      recovered: false,
      timing,
    };
    yield { type: 'done', turn };
  }
  const result = await runPipedChat({
    lines: linesOf(lines),
    takeTurn,
    show: (turn) => Promise.resolve(void shown.push(turn.reply)),
    onFailure: keepGoing ? (error) => void told.push(error.message) : undefined,
    conversationId,
    clock,
    signal: options.signal ?? new AbortController().signal,
  }).then(
    (first) => ({ first: first?.message }),
    (error: unknown) => ({ thrown: failure(error) }),
  );
  return { sent, shown, told, sleeps: clock.sleeps, ...result };
}

test('each line is a turn of one conversation; blank ones are passed over; nothing is a command', async () => {
  expect(await chat(['hi', '', ' \t', ' /help ', 'bye'])).toEqual({
    sent: [
      ['hi', undefined],
      [' /help ', 'c-new'],
      ['bye', 'c-new'],
    ],
    shown: ['HI', ' /HELP ', 'BYE'],
    told: [],
    sleeps: [],
    first: undefined,
  });
});

test('a conversation can be gone on with', async () => {
  expect((await chat(['hi'], { conversationId: 'c-1' })).sent).toEqual([['hi', 'c-1']]);
});

test('no lines, no turns', async () => {
  expect(await chat([])).toEqual({ sent: [], shown: [], told: [], sleeps: [], first: undefined });
});

describe('a failed turn ends it and says how many lines were not sent', () => {
  test.each<[string, (string | AppError | typeof NEVER)[], string]>([
    ['none', [], 'broken'],
    ['none but blank ones', ['', ' '], 'broken'],
    ['one', ['a', ''], 'broken; 1 more line was not sent'],
    ['two', ['a', '', 'b'], 'broken; 2 more lines were not sent'],
    ['lines that never end', ['a', 'b', NEVER], 'broken; at least 2 more lines were not sent'],
    ['one line, and no end', ['a', NEVER], 'broken; at least 1 more line was not sent'],
    ['no line, and no end', [NEVER], 'broken'],
    [
      'lines that cannot be read',
      ['a', new AppError('usage', 'not UTF-8')],
      'broken; at least 1 more line was not sent',
    ],
  ])('%s', async (_, rest, message) => {
    const { sent, shown, thrown, sleeps } = {
      thrown: undefined,
      ...(await chat(['ok', 'no', ...rest], { failing: { no: broken } })),
    };
    expect({ sent: sent.length, shown, thrown, sleeps }).toEqual({
      sent: 2,
      shown: ['OK'],
      thrown: { kind: 'api', message, status: 500, delivery: 'unknown' },
      sleeps: [1_000],
    });
  });

  test('after a sentence of the API, without its period', async () => {
    const failing = { no: new AppError('api', 'The server failed.') };
    expect(await chat(['no', 'a'], { failing })).toMatchObject({
      thrown: { message: 'The server failed; 1 more line was not sent' },
    });
  });

  test('the timer of the count is not left behind', async () => {
    const signals: AbortSignal[] = [];
    const clock = {
      sleep: (_ms: number, signal?: AbortSignal) => {
        if (signal) signals.push(signal);
        return new Promise<void>(() => undefined);
      },
    };
    const chatting = runPipedChat({
      lines: linesOf(['no', 'a']),
      takeTurn: () => {
        throw broken;
      },
      show: () => Promise.resolve(),
      conversationId: undefined,
      clock,
      signal: new AbortController().signal,
    });
    expect((await failureOf(chatting)).message).toBe('broken; 1 more line was not sent');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

test('a chat that keeps going tells each failure and gives the first', async () => {
  const later = new AppError('network', 'later');
  const failing = { no: broken, nor: later };
  expect(await chat(['no', 'hi', 'nor', 'bye'], { keepGoing: true, failing })).toEqual({
    sent: [
      ['no', undefined],
      ['hi', 'c-new'],
      ['nor', 'c-new'],
      ['bye', 'c-new'],
    ],
    shown: ['HI', 'BYE'],
    told: ['broken', 'later'],
    sleeps: [],
    first: 'broken',
  });
});

describe('a stop', () => {
  test.each([true, false])('ends it, kept going or not: %s', async (keepGoing) => {
    for (const kind of ['interrupted', 'terminated'] as const) {
      const failing = { no: new AppError(kind, kind) };
      expect(await chat(['no', 'a', 'b'], { keepGoing, failing })).toEqual({
        sent: [['no', undefined]],
        shown: [],
        told: [],
        sleeps: [],
        thrown: { kind, message: kind },
      });
    }
  });

  test('ends it while it waits for a line', async () => {
    const caller = new AbortController();
    const chatting = chat(['hi', NEVER], { signal: caller.signal });
    setImmediate(() => caller.abort(stop));
    expect(await chatting).toMatchObject({ shown: ['HI'], thrown: { kind: 'interrupted' } });
  });

  test('before the first line', async () => {
    expect(await chat([NEVER], { signal: AbortSignal.abort(stop) })).toMatchObject({
      sent: [],
      thrown: { kind: 'interrupted' },
    });
  });
});

test('lines that cannot be read end it', async () => {
  expect(await chat(['hi', new AppError('usage', 'not UTF-8')], { keepGoing: true })).toMatchObject(
    {
      shown: ['HI'],
      thrown: { kind: 'usage', message: 'not UTF-8' },
    },
  );
});

test('a bug is not taken for a failed turn', async () => {
  const bug = new TypeError('x');
  const chatting = runPipedChat({
    lines: linesOf(['a']),
    takeTurn: () => {
      throw bug;
    },
    show: () => Promise.resolve(),
    onFailure: () => undefined,
    conversationId: undefined,
    clock: stillClock(),
    signal: new AbortController().signal,
  });
  await expect(chatting).rejects.toBe(bug);
});
