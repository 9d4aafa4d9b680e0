import { describe, expect, test } from 'vitest';
import { AppError, exitCodeOf, type ErrorDetails, type ErrorKind } from '../../src/base/errors.js';
import type { CallOptions } from '../../src/base/time.js';
import type { NewConversation } from '../../src/conversations/conversation.js';
import type {
  ChatEvent,
  ReplyEvent,
  SentTurn,
  TurnPorts,
  TurnRequest,
} from '../../src/turn/events.js';
import { ServerClock } from '../../src/turn/server-clock.js';
import { TurnMemory } from '../../src/turn/turn-memory.js';
import { takeTurn } from '../../src/turn/turn.js';
import { all } from '../helpers/api-client.js';
import { failure, failureOf } from '../helpers/failure.js';
import { stillClock, type StillClock } from '../helpers/still-clock.js';

/** What one call does: fails, or answers; in milliseconds of the clock if it takes time. */
type Step<T> = AppError | T;

interface Script {
  creates?: Step<string>[];
  chats?: Step<ChatEvent[]>[];
  metadata?: Step<Record<string, string>>;
  /** Runs at each call of the chat. */
  onChat?: (clock: StillClock) => void;
}

const REPLY: ChatEvent[] = [{ type: 'done', reply: 'hi' }];

function fails(kind: ErrorKind, details: ErrorDetails = {}): AppError {
  return new AppError(kind, kind, details);
}

/** Ports that do as the script says and keep what they were asked. */
function scripted({ creates = ['c-new'], chats = [REPLY], metadata = {}, onChat }: Script) {
  const clock = stillClock();
  const asked: {
    creates: [number, number][];
    created: NewConversation[];
    turns: [SentTurn, number][];
    reads: [string, number][];
  } = {
    creates: [],
    created: [],
    turns: [],
    reads: [],
  };
  const next = <T>(steps: Step<T>[], count: number): T => {
    const step = steps[Math.min(count, steps.length) - 1]!;
    if (step instanceof AppError) throw step;
    return step;
  };
  const conversation = { name: '', createdAt: '', lastMessageAt: '' };
  const ports: TurnPorts = {
    clock,
    serverClock: new ServerClock(),
    conversationCreator(created) {
      const creator = asked.created.push(created);
      return ({ timeoutMs }: CallOptions) =>
        Promise.resolve().then(() => {
          const count = asked.creates.push([creator, timeoutMs]);
          return { ...conversation, metadata: {}, id: next(creates, count) };
        });
    },
    async *chat(request, { timeoutMs }) {
      onChat?.(clock);
      const count = asked.turns.push([request, timeoutMs]);
      yield* await Promise.resolve(next(chats, count));
    },
    // What a search finds has tests of its own; here it finds nothing out.
    history: () => Promise.reject(fails('api', { status: 500 })),
    getAssistant: () => Promise.reject(fails('api', { status: 500 })),
    getConversation: (id, { timeoutMs }) =>
      Promise.resolve().then(() => {
        asked.reads.push([id, timeoutMs]);
        return { ...conversation, id, metadata: next([metadata], 1) };
      }),
  };
  return { ports, clock, asked };
}

const INPUT: TurnRequest = {
  assistantId: 'a-1',
  conversationId: 'c-1',
  text: 'hello',
  stream: false,
};

async function take(
  script: Script,
  input: TurnRequest = INPUT,
  signal = new AbortController().signal,
) {
  const { ports, clock, asked } = scripted(script);
  const events: ReplyEvent[] = [];
  let error: unknown;
  try {
    for await (const event of takeTurn(ports, input, {
      signal,
      timeoutMs: 120_000,
      memory: new TurnMemory(),
    })) {
      events.push(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { events, error, asked, sleeps: clock.sleeps };
}

test('what was said is known the moment that its reply is there', async () => {
  const memory = new TurnMemory();
  memory.begin('c-1');
  const { signal } = new AbortController();
  const known = [];
  const turn = takeTurn(scripted({}).ports, INPUT, { signal, timeoutMs: 1_000, memory });
  for await (const event of turn) {
    if (event.type !== 'done') continue;
    known.push(memory.open('c-1', INPUT.text, { monotonic: 0, wall: 0 }));
  }
  expect(known).toMatchObject([{ atLeast: 1, isExact: true }]);
});

describe('a turn', () => {
  test('in a known conversation', async () => {
    const { events, error, asked, sleeps } = await take(
      {
        chats: [[{ type: 'delta', text: 'h' }, { type: 'delta', text: 'i' }, ...REPLY]],
        onChat: (clock) => clock.advance(40.4),
      },
      { ...INPUT, speaker: 'Ada', stream: true },
    );
    const request = {
      assistantId: 'a-1',
      conversationId: 'c-1',
      text: 'hello',
      speaker: 'Ada',
      stream: true,
    };
    expect({ events, error, asked, sleeps }).toEqual({
      events: [
        { type: 'start', conversationId: 'c-1', newConversation: false },
        { type: 'delta', text: 'h' },
        { type: 'delta', text: 'i' },
        {
          type: 'done',
          turn: {
            conversationId: 'c-1',
            reply: 'hi',
            assistantId: 'a-1',
            newConversation: false,
            recovered: false,
            timing: { firstTokenMs: 40, totalMs: 40 },
          },
        },
      ],
      error: undefined,
      asked: { creates: [], created: [], turns: [[request, 120_000]], reads: [] },
      sleeps: [],
    });
  });

  test('in a new conversation, which is of the assistant whatever the caller says', async () => {
    const { events, asked } = await take(
      {},
      {
        assistantId: 'a-1',
        text: 'hello',
        stream: false,
        title: 'Trip',
        metadata: { ticket: '7', assistant_id: 'other' },
      },
    );
    expect(asked.created).toEqual([
      { name: 'Trip', metadata: { ticket: '7', assistant_id: 'a-1' } },
    ]);
    expect(asked.turns.map(([{ conversationId }]) => conversationId)).toEqual(['c-new']);
    expect(
      events.map((event) => (event.type === 'done' ? event.turn.newConversation : event)),
    ).toEqual([{ type: 'start', conversationId: 'c-new', newConversation: true }, true]);
  });
});

const NOT_SENT = fails('network', { delivery: 'not_sent' });
const LATE = fails('timeout', { delivery: 'not_sent' });
const limited = (retryAfterMs?: number): AppError =>
  fails('rate_limited', { status: 429, delivery: 'refused', retryAfterMs });
const CONFLICT = fails('api', { status: 409, delivery: 'refused' });

/** The waits of a search that never gets to see the list. */
const BLIND = [
  250,
  500,
  1_000,
  ...Array.from({ length: 13 }, () => 2_000),
  1_687.5,
  421.875,
  105.46875,
];

describe('a failed turn', () => {
  interface Row {
    name: string;
    chats: Step<ChatEvent[]>[];
    sends: number;
    sleeps: number[];
    /** Waits of the search. */
    searches?: number[];
    /** Undefined: the turn came through. */
    fails?: [code: number, delivery: string];
  }
  test.each<Row>([
    { name: 'not sent, then sent', chats: [NOT_SENT, REPLY], sends: 2, sleeps: [500] },
    { name: 'no connection in time, then sent', chats: [LATE, REPLY], sends: 2, sleeps: [500] },
    { name: 'not sent twice', chats: [NOT_SENT, NOT_SENT, REPLY], sends: 3, sleeps: [500, 1000] },
    {
      name: 'never sent',
      chats: [NOT_SENT],
      sends: 3,
      sleeps: [500, 1000],
      fails: [7, 'not_sent'],
    },
    { name: 'limited, no wait said', chats: [limited(), REPLY], sends: 2, sleeps: [500] },
    { name: 'limited, a wait said', chats: [limited(7_000), REPLY], sends: 2, sleeps: [7_000] },
    { name: 'limited, no wait needed', chats: [limited(0), REPLY], sends: 2, sleeps: [0] },
    {
      name: 'limited for ever',
      chats: [limited(1_000)],
      sends: 3,
      sleeps: [1_000, 1_000],
      fails: [6, 'refused'],
    },
    {
      name: 'limited past the deadline',
      chats: [limited(120_000)],
      sends: 1,
      sleeps: [],
      fails: [6, 'refused'],
    },
    {
      name: 'limited to the deadline',
      chats: [limited(119_999), REPLY],
      sends: 2,
      sleeps: [119_999],
    },
    {
      name: 'limited past the deadline at last',
      chats: [limited(70_000)],
      sends: 2,
      sleeps: [70_000],
      fails: [6, 'refused'],
    },
    { name: 'in conflict, then run', chats: [CONFLICT, REPLY], sends: 2, sleeps: [500] },
    {
      name: 'in conflict for ever',
      chats: [CONFLICT],
      sends: 3,
      sleeps: [500, 1000],
      fails: [1, 'refused'],
    },
    {
      name: 'first not sent, then unknown',
      chats: [NOT_SENT, fails('timeout', { delivery: 'unknown' })],
      sends: 2,
      sleeps: [500],
      searches: BLIND,
      fails: [7, 'unknown'],
    },
    ...(
      [
        ['a timeout', fails('timeout', { delivery: 'unknown' }), 7, 'unknown'],
        ['a reset', fails('network', { delivery: 'unknown' }), 7, 'unknown'],
        ['408', fails('api', { status: 408, delivery: 'unknown' }), 7, 'unknown'],
        ['500', fails('api', { status: 500, delivery: 'unknown' }), 7, 'unknown'],
        [
          '503 with a wait',
          fails('api', { status: 503, delivery: 'unknown', retryAfterMs: 1 }),
          7,
          'unknown',
        ],
        ['a strange 200', fails('api', { status: 200, delivery: 'unknown' }), 7, 'unknown'],
        ['400', fails('api', { status: 400, delivery: 'refused' }), 1, 'refused'],
        ['401', fails('auth', { status: 401, delivery: 'refused' }), 4, 'refused'],
        ['403', fails('auth', { status: 403, delivery: 'refused' }), 4, 'refused'],
        ['404', fails('not_found', { status: 404, delivery: 'refused' }), 5, 'refused'],
        ['422', fails('api', { status: 422, delivery: 'refused', retryAfterMs: 1 }), 1, 'refused'],
        ['AI disabled', fails('ai_disabled', { status: 400, delivery: 'refused' }), 8, 'refused'],
        [
          'an interrupt before it was sent',
          fails('interrupted', { delivery: 'not_sent' }),
          130,
          'not_sent',
        ],
        [
          'an interrupt after it was sent',
          fails('interrupted', { delivery: 'unknown' }),
          130,
          'unknown',
        ],
        ['the end of the process', fails('terminated', { delivery: 'not_sent' }), 143, 'not_sent'],
        ['wrong use', fails('usage', { delivery: 'not_sent' }), 2, 'not_sent'],
      ] as const
    ).map(([name, error, code, delivery]): Row => ({
      name: `${name} is not sent again`,
      chats: [error],
      sends: 1,
      sleeps: [],
      searches: delivery === 'unknown' && code === 7 ? BLIND : [],
      fails: [code, delivery],
    })),
  ])('$name', async ({ chats, sends, sleeps, searches = [], fails: expected }) => {
    const turn = await take({ chats });
    const error = turn.error === undefined ? undefined : failure(turn.error);
    expect({
      sends: turn.asked.turns.length,
      sleeps: turn.sleeps,
      fails: error && [exitCodeOf(turn.error), error.delivery],
      conversationId: error?.conversationId,
    }).toEqual({
      sends,
      sleeps: [...sleeps, ...searches],
      fails: expected,
      conversationId: expected && 'c-1',
    });
    const retries = turn.events.filter((event) => event.type === 'retry');
    expect(retries.map(({ attempt, waitMs }) => [attempt, waitMs])).toEqual(
      sleeps.map((waitMs, index) => [index + 1, waitMs]),
    );
    const last = searches.length ? 'search' : sleeps.length ? 'retry' : 'start';
    expect(turn.events.at(-1)?.type).toBe(expected ? last : 'done');
  });

  test('keeps the pieces that came and is not sent again', async () => {
    const { ports, asked } = scripted({});
    const cut = fails('network', { delivery: 'unknown' });
    ports.chat = async function* (request, { timeoutMs }) {
      asked.turns.push([request, timeoutMs]);
      yield await Promise.resolve({ type: 'delta', text: 'h' } as const);
      throw cut;
    };
    const events: string[] = [];
    const turn = async (): Promise<void> => {
      for await (const { type } of takeTurn(ports, INPUT, {
        signal: new AbortController().signal,
        timeoutMs: 9,
        memory: new TurnMemory(),
      })) {
        events.push(type);
      }
    };
    await expect(turn()).rejects.toMatchObject({
      details: { delivery: 'unknown', conversationId: 'c-1' },
    });
    expect([events, asked.turns.length]).toEqual([['start', 'delta', 'search'], 1]);
  });

  test('has what is left of the time for each send', async () => {
    const { asked } = await take({
      chats: [limited(20_000), REPLY],
      onChat: (clock) => clock.advance(1_000),
    });
    expect(asked.turns.map(([, timeoutMs]) => timeoutMs)).toEqual([120_000, 99_000]);
  });

  test('that is a bug is not touched', async () => {
    const { ports } = scripted({});
    const bug = new TypeError('x');
    ports.chat = () => {
      throw bug;
    };
    const turn = takeTurn(ports, INPUT, {
      signal: new AbortController().signal,
      timeoutMs: 9,
      memory: new TurnMemory(),
    });
    await turn.next();
    await expect(turn.next()).rejects.toBe(bug);
  });
});

describe('a 400', () => {
  const refused = fails('api', { status: 400, code: '10015', requestId: 'r', delivery: 'refused' });
  const disabled = {
    kind: 'ai_disabled',
    message: 'AI is disabled on this conversation: a person has taken it over',
    hint: 'telnyx-chat conversations release lets the assistant answer again; conversations say adds a message from a person',
    status: 400,
    code: '10015',
    requestId: 'r',
    conversationId: 'c-1',
    delivery: 'refused',
  };
  const plain = { ...disabled, kind: 'api', message: 'api', hint: undefined };
  test.each<[string, Script['metadata'], object]>([
    ['of a conversation that a person has taken over', { ai_disabled: 'true' }, disabled],
    ['of one that was given back', { ai_disabled: 'false' }, plain],
    ['of one without metadata', {}, plain],
    ['of one that cannot be read', fails('network'), plain],
  ])('%s', async (_, metadata, expected) => {
    const { error, asked, sleeps } = await take({ chats: [refused], metadata: metadata! });
    expect({ hint: undefined, ...failure(error) }).toEqual(expected);
    expect([asked.turns.length, asked.reads, sleeps]).toEqual([1, [['c-1', 5_000]], []]);
  });

  test.each([
    ['that says it itself', fails('ai_disabled', { status: 400 })],
    ['of another number', fails('api', { status: 422, delivery: 'refused' })],
  ])('%s is not looked up', async (_, refusal) => {
    const { asked } = await take({ chats: [refusal], metadata: { ai_disabled: 'true' } });
    expect(asked.reads).toEqual([]);
  });
});

describe('creating the conversation', () => {
  const input = { ...INPUT, conversationId: undefined };
  test.each<[string, Step<string>[], number, number[], number | undefined]>([
    ['not sent', [NOT_SENT, 'c-2'], 2, [500], undefined],
    [
      'unknown: the key makes it safe',
      [fails('timeout', { delivery: 'unknown' }), 'c-2'],
      2,
      [500],
      undefined,
    ],
    ['reset', [fails('network', { delivery: 'unknown' }), 'c-2'], 2, [500], undefined],
    ['500', [fails('api', { status: 500 }), 'c-2'], 2, [500], undefined],
    ['503 with a wait', [fails('api', { status: 503, retryAfterMs: 9 }), 'c-2'], 2, [9], undefined],
    ['408', [fails('api', { status: 408 }), 'c-2'], 2, [500], undefined],
    ['409', [CONFLICT, 'c-2'], 2, [500], undefined],
    ['429', [limited(3_000), 'c-2'], 2, [3_000], undefined],
    ['429 past the deadline', [limited(500_000)], 1, [], 6],
    ['500 for ever', [fails('api', { status: 500, delivery: 'unknown' })], 3, [500, 1_000], 1],
    ['a network that stays away', [NOT_SENT], 3, [500, 1_000], 7],
    ['401', [fails('auth', { status: 401, delivery: 'refused' })], 1, [], 4],
    ['404', [fails('not_found', { status: 404, delivery: 'refused' })], 1, [], 5],
    ['422', [fails('api', { status: 422, delivery: 'refused' })], 1, [], 1],
    ['a strange 200', [fails('api', { status: 200, delivery: 'unknown' })], 1, [], 1],
    ['an interrupt', [fails('interrupted', { delivery: 'unknown' })], 1, [], 130],
  ])('%s', async (...row) => {
    const [name, creates, tries, sleeps, code] = row;
    const { asked, error, sleeps: slept } = await take({ creates }, input);
    expect({
      name,
      tries: asked.creates.map(([creator]) => creator),
      slept,
      turns: asked.turns.length,
    }).toEqual({
      name,
      // One creator, and so one key and the same bytes each time.
      tries: Array.from({ length: tries }, () => 1),
      slept: sleeps,
      turns: code === undefined ? 1 : 0,
    });
    expect(code === undefined ? undefined : [exitCodeOf(error), failure(error).delivery]).toEqual(
      code === undefined ? undefined : [code, 'not_sent'],
    );
  });
});

test('a bug in creating the conversation is not touched', async () => {
  const { ports, asked } = scripted({});
  const bug = new TypeError('x');
  ports.conversationCreator = () => () => {
    asked.creates.push([1, 0]);
    return Promise.reject(bug);
  };
  const turn = takeTurn(
    ports,
    { ...INPUT, conversationId: undefined },
    { signal: new AbortController().signal, timeoutMs: 9_000, memory: new TurnMemory() },
  );
  await expect(turn.next()).rejects.toBe(bug);
  expect(asked.creates).toHaveLength(1);
});

describe('a stop during a wait', () => {
  const stop = fails('terminated');
  const newInput = { ...INPUT, conversationId: undefined };
  test.each<[string, Script, TurnRequest, unknown, object]>([
    [
      'after a refusal',
      { chats: [limited()] },
      INPUT,
      stop,
      { kind: 'terminated', message: 'terminated', delivery: 'refused', conversationId: 'c-1' },
    ],
    [
      'when nothing was sent',
      { chats: [NOT_SENT] },
      INPUT,
      stop,
      { kind: 'terminated', message: 'terminated', delivery: 'not_sent', conversationId: 'c-1' },
    ],
    [
      'for another reason',
      { chats: [NOT_SENT] },
      INPUT,
      new Error('x'),
      { kind: 'interrupted', message: 'interrupted', delivery: 'not_sent', conversationId: 'c-1' },
    ],
    [
      'of the creation',
      { creates: [fails('api', { status: 500 })] },
      newInput,
      stop,
      { kind: 'terminated', message: 'terminated', delivery: 'not_sent' },
    ],
  ])('%s', async (...row) => {
    const [, script, input, reason, expected] = row;
    const caller = new AbortController();
    const { ports, clock, asked } = scripted(script);
    ports.clock = {
      ...clock,
      sleep: (ms, signal) => {
        caller.abort(reason);
        return clock.sleep(ms, signal);
      },
    };
    const turn = takeTurn(ports, input, {
      signal: caller.signal,
      timeoutMs: 9_000,
      memory: new TurnMemory(),
    });
    expect(await failureOf(all(turn))).toEqual(expected);
    expect(asked.creates.length + asked.turns.length).toBe(1);
  });
});
