import { describe, expect, test } from 'vitest';
import { AppError, type ErrorDetails, type ErrorKind } from '../../src/base/errors.js';
import type { CallOptions } from '../../src/base/time.js';
import type { History } from '../../src/conversations/conversation.js';
import type { ChatEvent, ReplyEvent, TurnPorts } from '../../src/turn/events.js';
import { momentOf, ServerClock, type DatedAnswer } from '../../src/turn/server-clock.js';
import { TurnMemory } from '../../src/turn/turn-memory.js';
import { takeTurn } from '../../src/turn/turn.js';
import { failure } from '../helpers/failure.js';
import { listOf, SENT } from '../helpers/messages.js';
import { stillClock, type StillClock } from '../helpers/still-clock.js';

/** One answer of the server, after what happens meanwhile. */
type Step<T> = T | AppError | Error | ((world: Running) => T);

interface Script {
  /** Sends, one after another; the last one repeats. */
  sends?: (readonly (ChatEvent | AppError)[])[];
  /** Looks at the list, as lines of messages; the last one repeats. */
  looks?: Step<string[] | History>[];
  /** Whether the assistant keeps history. */
  retention?: Step<boolean>[];
  /** When the conversation's last message was. */
  last?: Step<string>[];
  timeoutMs?: number;
  /** How long a send takes, in milliseconds. */
  sendMs?: number;
  conversationId?: string | undefined;
  /** What the server's clock is known to be ahead of ours, in milliseconds; it has whole seconds. */
  aheadMs?: number;
  /** What its answers told before. */
  clockTold?: DatedAnswer[];
  memory?: TurnMemory;
  text?: string;
}

interface Running {
  clock: StillClock;
  /** When the first send had ended. */
  lostAt: number;
  serverClock: ServerClock;
  stop: AbortController;
}

function fails(kind: ErrorKind, details: ErrorDetails = {}): AppError {
  return new AppError(kind, kind, details);
}

const TIMEOUT = fails('timeout', { delivery: 'unknown' });
const BROKEN = fails('api', { status: 500, delivery: 'unknown' });
const DIED_IDLE = fails('network', { diedIdle: true, delivery: 'unknown' });
const DONE: ChatEvent = { type: 'done', reply: 'sent' };
const THERE = ['u+0 hello'];
const ANSWERED = [...THERE, 'a+9 Hi!'];

/** The memory of a program that began the conversation. */
function begunHere(): TurnMemory {
  const memory = new TurnMemory();
  memory.begin('c-1');
  return memory;
}

/** A turn whose answer may be lost: how it ended, and what it took. */
async function take(script: Script) {
  const clock = stillClock();
  clock.advance(SENT - clock.monotonic());
  const stop = new AbortController();
  const serverClock = new ServerClock();
  const counts = { sends: 0, looks: 0, assistant: 0, conversation: 0 };
  const bounds: number[] = [];
  const next = async <T>(name: keyof typeof counts, steps: readonly Step<T>[]): Promise<T> => {
    const step = steps[Math.min(counts[name]++, steps.length - 1)]!;
    await Promise.resolve();
    if (step instanceof Error) throw step;
    return typeof step === 'function'
      ? (step as (world: Running) => T)({ clock, lostAt, serverClock, stop })
      : step;
  };
  const { sends = [[TIMEOUT]], looks = [[]], retention = [true], last = [''] } = script;
  const { timeoutMs = 120_000, sendMs = 0, memory = begunHere(), text = 'hello' } = script;
  const lostAt = SENT + sendMs;
  const conversation = { id: 'c-1', name: '', metadata: {}, createdAt: '', lastMessageAt: '' };
  const texts = { name: '', model: '', instructions: '', greeting: '', createdAt: '' };
  if (script.aheadMs !== undefined) {
    const moment = momentOf(clock);
    serverClock.note({ date: SENT + script.aheadMs, asked: moment, had: moment });
  }
  for (const each of script.clockTold ?? []) serverClock.note(each);
  const ports: TurnPorts = {
    clock,
    serverClock,
    conversationCreator: () => () => Promise.resolve(conversation),
    async *chat() {
      clock.advance(sendMs);
      for (const event of await next('sends', sends)) {
        if (event instanceof AppError) throw event;
        yield event;
      }
    },
    async history(_, { timeoutMs: bound }: CallOptions) {
      bounds.push(bound);
      const list = await next('looks', looks);
      return Array.isArray(list) ? listOf(list) : list;
    },
    getAssistant: async () => {
      return {
        id: 'a-1',
        ...texts,
        dataRetention: await next('assistant', retention),
        hasTools: false,
      };
    },
    getConversation: async () => {
      return { ...conversation, lastMessageAt: await next('conversation', last) };
    },
  };
  const conversationId = 'conversationId' in script ? script.conversationId : 'c-1';
  const input = { assistantId: 'a-1', conversationId, text, stream: true };
  const events: ReplyEvent[] = [];
  let error: unknown;
  try {
    const turn = takeTurn(ports, input, { signal: stop.signal, timeoutMs, memory });
    for await (const event of turn) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  const done = events.find((event) => event.type === 'done')?.turn;
  return {
    outcome: done ? [done.reply, done.recovered] : error,
    sends: counts.sends,
    looks: counts.looks,
    asked: [counts.assistant, counts.conversation],
    sleeps: clock.sleeps,
    bounds,
    events,
    timing: done?.timing,
    took: clock.monotonic() - lostAt,
  };
}

const FOUND = ['Hi!', true];

describe('a turn whose answer was lost', () => {
  test('is looked for, and its reply is given', async () => {
    const turn = await take({ looks: [ANSWERED] });
    expect([turn.outcome, turn.sends, turn.sleeps, turn.asked]).toEqual([FOUND, 1, [], [0, 0]]);
    expect(turn.events.map(({ type }) => type)).toEqual(['start', 'search', 'done']);
  });

  test('is looked for again, in steps that grow, until its reply is there', async () => {
    const turn = await take({ looks: [[], [], THERE, THERE, THERE, ANSWERED] });
    expect([turn.outcome, turn.sleeps]).toEqual([FOUND, [250, 500, 1_000, 2_000, 2_000]]);
    // Whether the list can be trusted is asked once: the turn may be running still.
    expect(turn.asked).toEqual([1, 1]);
  });

  test('that is there has the whole of its time for its reply', async () => {
    const turn = await take({ looks: [THERE], timeoutMs: 60_000 });
    expect([turn.outcome, turn.sends]).toMatchObject([{ details: { delivery: 'unknown' } }, 1]);
    expect(turn.took).toBeGreaterThan(59_900);
    expect(turn.took).toBeLessThanOrEqual(60_000);
  });

  test.each([
    ['that does not come', [[]]],
    ['that is told apart from others in no way', [{ ...listOf([]), isComplete: false }]],
    ['of which nothing can be read', [BROKEN]],
  ])('%s is given up after half a minute', async (_, looks) => {
    const turn = await take({ looks });
    expect([turn.outcome, turn.sends]).toMatchObject([{ details: { delivery: 'unknown' } }, 1]);
    expect(turn.took).toBeGreaterThan(29_900);
    expect(turn.took).toBeLessThanOrEqual(30_000);
  });

  test('has eight seconds more when its own time is over', async () => {
    const turn = await take({ looks: [THERE], timeoutMs: 1_000 });
    expect(turn.took).toBeGreaterThan(7_900);
    expect(turn.took).toBeLessThanOrEqual(8_000);
  });

  test('bounds each look', async () => {
    const { bounds } = await take({ looks: [THERE, THERE, ANSWERED] });
    expect(bounds).toEqual([3_000, 3_000, 3_000]);
  });

  test('has a look at the very end of its time that still can be made', async () => {
    const slow = ({ clock }: Running): string[] => {
      clock.advance(20_000);
      return THERE;
    };
    const { bounds, outcome } = await take({ looks: [slow], timeoutMs: 10_000 });
    expect(bounds).toEqual([3_000]);
    expect(outcome).toMatchObject({ details: { delivery: 'unknown' } });
  });

  test.each([
    ['an assistant that keeps no history', { retention: [false] }, [1, 1]],
    ['a list that the key may not read', { looks: [fails('auth', { status: 403 })] }, [0, 0]],
  ])('with %s is not looked for any longer', async (_, script, asked) => {
    for (const sends of [[[TIMEOUT]], [[BROKEN]]]) {
      const turn = await take({ sends, ...script });
      expect([turn.outcome, turn.sends, turn.looks, turn.sleeps]).toMatchObject([
        { details: { delivery: 'unknown' } },
        1,
        1,
        [],
      ]);
      expect(turn.asked).toEqual(asked);
    }
  });
});

describe('while the list is hard to read', () => {
  const OVER = { timeoutMs: 30_000, sendMs: 30_000 };
  /** A list at first, another one from then on, in milliseconds since the answer was lost. */
  const until = (ms: number, first: Step<string[] | History>, then: string[]) => {
    return [
      (world: Running): string[] | History => {
        const step = world.clock.monotonic() < world.lostAt + ms ? first : then;
        if (step instanceof Error) throw step;
        return typeof step === 'function' ? step(world) : step;
      },
    ];
  };
  const stalled = ({ clock }: Running): never => {
    clock.advance(3_000);
    throw fails('timeout');
  };
  const KINDS: [string, Step<string[] | History>][] = [
    ['the connection breaks', fails('network')],
    ['it is a 503', fails('api', { status: 503 })],
    ['it is a 429', fails('rate_limited', { status: 429 })],
    ['it stalls', stalled],
    ['its pages do not fit together', { ...listOf([]), isComplete: false }],
  ];

  /** As long as the turn had, within bounds. */
  const LIMITS = [
    { timeoutS: 1, limitS: 8 },
    { timeoutS: 15, limitS: 15 },
    { timeoutS: 120, limitS: 30 },
  ];

  test.each(KINDS)('a search goes on beyond the time of the turn: %s', async (_, first) => {
    const turn = await take({ ...OVER, looks: until(20_000, first, ANSWERED) });
    expect([turn.outcome, turn.sends]).toEqual([FOUND, 1]);
    expect(turn.took).toBeGreaterThanOrEqual(20_000);
  });

  test.each(KINDS.flatMap(([kind, first]) => LIMITS.map((limit) => ({ kind, first, ...limit }))))(
    '$limitS s in all for a turn that had $timeoutS s: $kind',
    async ({ first, timeoutS, limitS }) => {
      const script = { timeoutMs: timeoutS * 1_000, sendMs: timeoutS * 1_000 };
      const turn = await take({ ...script, looks: [first] });
      expect([turn.outcome, turn.sends]).toMatchObject([{ details: { delivery: 'unknown' } }, 1]);
      expect(turn.took).toBeGreaterThan(limitS * 1_000 - 1_000);
      expect(turn.took).toBeLessThan(limitS * 1_000 + 3_000);
    },
  );

  test.each<[string, string[]]>([
    ['without the turn', []],
    ['without its reply', THERE],
  ])('one clear reading then ends it: %s', async (_, clear) => {
    for (const [, first] of KINDS) {
      const turn = await take({ ...OVER, looks: until(12_000, first, clear) });
      expect(turn.outcome).toMatchObject({ details: { delivery: 'unknown' } });
      expect(turn.took).toBeLessThan(16_000);
    }
  });

  test('a turn that was seen has the whole of its time, whatever comes after that', async () => {
    for (const [, later] of KINDS) {
      const looks = [THERE, ...until(60_000, later, ANSWERED)];
      expect((await take({ looks })).outcome).toEqual(FOUND);
    }
  });

  test('a reading that stalls leaves time for others, which may take longer', async () => {
    const { bounds } = await take({ looks: until(20_000, stalled, ANSWERED) });
    expect(bounds.slice(0, 4)).toEqual([3_000, 6_000, 10_000, 10_000]);
  });

  test('an earlier list tells as soon as the time of the server is known', async () => {
    // The first page comes, with a date, and the others never do.
    const broken = ({ clock, serverClock }: Running): never => {
      const now = momentOf(clock);
      serverClock.note({ date: Math.floor(now.wall / 1_000) * 1_000, asked: now, had: now });
      throw fails('network');
    };
    const memory = new TurnMemory();
    const turn = await take({ ...OVER, memory, aheadMs: 0, looks: [ANSWERED, broken] });
    expect(turn.outcome).toEqual(FOUND);
    expect(turn.took).toBeLessThan(2_000);
  });

  test('a stop ends it at once', async () => {
    let stoppedAt = 0;
    const stopped = ({ clock, lostAt, stop }: Running): History => {
      if (clock.monotonic() > lostAt + 12_000) {
        stop.abort(fails('interrupted'));
        stoppedAt = clock.monotonic() - lostAt;
      }
      return { ...listOf([]), isComplete: false };
    };
    const turn = await take({ ...OVER, looks: [stopped] });
    expect(turn.outcome).toMatchObject({ kind: 'interrupted', details: { delivery: 'unknown' } });
    expect(turn.took).toBe(stoppedAt);
  });
});

describe('when a message may be ours or older, by the clock of the server', () => {
  const memory = (): TurnMemory => new TurnMemory();
  const slow =
    (left: number) =>
    ({ clock }: Running): string[] => {
      clock.advance(8_000 - left);
      return THERE;
    };
  test.each<[string, Script, sleep: number]>([
    ['is asked at its next full second, which tells most', { aheadMs: 0, looks: [THERE] }, 500],
    [
      'is asked then as well when nothing can be read',
      { aheadMs: 0, looks: [fails('api', { status: 403 }), THERE] },
      500,
    ],
    ['is not when that tells nothing', { aheadMs: 0, looks: [[]] }, 250],
    ['is not when its clock is not known', { looks: [THERE] }, 250],
    ['is not when there is no time for it', { aheadMs: 0, looks: [slow(400)] }, 250],
    ['is not when there is no time for a look then', { aheadMs: 450, looks: [slow(500)] }, 250],
  ])('it %s', async (_, script, sleep) => {
    const turn = await take({ memory: memory(), timeoutMs: 1, ...script });
    expect(turn.sleeps[0]).toBeCloseTo(sleep);
  });
});

test('when time is up, to know the time of the server fairly has to do', async () => {
  const fairly = (widthMs: number): Script => {
    const told = { monotonic: SENT, wall: SENT };
    const asked = { monotonic: SENT + 50 - widthMs, wall: SENT + 50 - widthMs };
    // A Date of now and one of the second that just began: the window is as wide as between them.
    return {
      clockTold: [
        { date: SENT, asked: told, had: told },
        { date: SENT - 1_000, asked, had: asked },
      ],
    };
  };
  const script = { memory: new TurnMemory(), looks: [['u+0 hello', 'a+9 Hi!']], timeoutMs: 1 };
  expect((await take({ ...script, ...fairly(280) })).outcome).toEqual(FOUND);
  expect((await take({ ...script, ...fairly(320) })).outcome).toBeInstanceOf(AppError);
});

test('a turn that only a list said was not run is not forgotten when the next send is refused', async () => {
  const memory = new TurnMemory();
  const busy = fails('api', { status: 429, retryAfterMs: 3_000, delivery: 'refused' });
  const turn = await take({
    memory,
    aheadMs: 0,
    sends: [[BROKEN], [busy], [TIMEOUT]],
    // It came late: after the list was believed, before it was sent for the third time.
    looks: [[], [], [], [], ['u+4000 hello', 'a+4100 Hi!']],
  });
  expect(turn.outcome).toEqual(FOUND);
});

test('what others say while a turn waits to be sent again is not taken for it', async () => {
  const busy = fails('api', { status: 429, retryAfterMs: 60_000, delivery: 'refused' });
  const turn = await take({
    memory: new TurnMemory(),
    aheadMs: 0,
    sends: [[busy], [TIMEOUT]],
    looks: [['u+30000 hello', 'a+31000 Hi!']],
  });
  expect(failure(turn.outcome)).toMatchObject({ kind: 'timeout', delivery: 'unknown' });
});

describe('a turn that is not there and not running', () => {
  test.each([
    ['failed with 500', BROKEN, 'refused'],
    ['died with an idle connection', DIED_IDLE, 'not_sent'],
  ])('is sent again after two looks: it %s', async (_, error, delivery) => {
    const again = await take({ sends: [[error], [DONE]] });
    expect([again.outcome, again.sends, again.sleeps]).toEqual([
      ['sent', false],
      2,
      [250, 500, 1_000, 500],
    ]);
    const never = await take({ sends: [[error]] });
    expect([never.outcome, never.sends]).toMatchObject([{ details: { delivery } }, 3]);
  });

  test('is found when it comes late', async () => {
    const turn = await take({ sends: [[BROKEN]], looks: [[], [], [], ANSWERED] });
    expect([turn.outcome, turn.sends]).toEqual([FOUND, 1]);
  });

  test('is not given up after one look, however slow', async () => {
    const slow = ({ clock }: Running): string[] => {
      clock.advance(5_000);
      return [];
    };
    const turn = await take({ sends: [[BROKEN]], looks: [slow, ANSWERED] });
    expect([turn.outcome, turn.sends, turn.sleeps]).toEqual([FOUND, 1, [250]]);
  });

  const LATER = new Date(SENT + 10).toISOString();
  test.each<[string, Script, sends: number, looks: number]>([
    ['the list lags behind what was said', { last: [LATER] }, 1, 20],
    ['until the list has all', { last: [LATER, LATER, LATER, ''] }, 2, 6],
    [
      'until the conversation can be read',
      { last: [...Array<AppError>(9).fill(BROKEN), ''] },
      2,
      6,
    ],
    ['until the assistant can be read', { retention: [BROKEN, BROKEN, BROKEN, true] }, 2, 4],
    ['the conversation says nothing newer', { last: [LATER], looks: [['a+10 Hi']] }, 2, 4],
  ])('is not sent again while that is not sure: %s', async (...row) => {
    const [, script, sends, looks] = row;
    const turn = await take({ sends: [[BROKEN], [DONE]], ...script });
    expect([turn.sends, turn.looks]).toEqual([sends, looks]);
  });

  test('asks for the assistant until it has answered once', async () => {
    const turn = await take({ sends: [[BROKEN], [DONE]], last: [LATER, LATER, ''] });
    expect(turn.asked).toEqual([1, 3]);
  });
});

describe('what a search reads', () => {
  const status = (code: number, retryAfterMs?: number): AppError =>
    fails('api', { status: code, retryAfterMs });
  test.each<[string, AppError, pauses: number[]]>([
    ['503', status(503), [100]],
    ['503 with a short wait', status(503, 50), [100]],
    ['503 with a wait', status(503, 500), [500]],
    ['503 with a long wait', status(503, 501), []],
    ['408', status(408), [100]],
    ['409', status(409), [100]],
    ['a strange 200', status(200), [100]],
    ['a reset', fails('network'), [100]],
    ['429 with a wait', status(429, 500), [500]],
    ['429 without', status(429), []],
    ['429 with a long wait', status(429, 501), []],
    ['a redirect', status(300), []],
    ['499', status(499), []],
    ['404', status(404), []],
    ['a timeout', fails('timeout'), []],
  ])('is read again at once after what passes: %s', async (_, error, pauses) => {
    const turn = await take({ looks: [[], ANSWERED], retention: [error, true] });
    expect([turn.asked[0], turn.sleeps]).toEqual([1 + pauses.length, [...pauses, 250]]);
  });

  test('is tried three times', async () => {
    const turn = await take({ looks: [[], ANSWERED], retention: [status(503)] });
    expect([turn.asked[0], turn.sleeps]).toEqual([3, [100, 100, 250]]);
  });

  test.each([
    [101, 2],
    [100, 1],
  ])('keeps to the time there is: %i ms', async (left, asked) => {
    const slow = ({ clock }: Running): string[] => {
      clock.advance(8_000 - left);
      return [];
    };
    const turn = await take({ looks: [slow], retention: [status(503), false], timeoutMs: 1 });
    expect(turn.asked[0]).toBe(asked);
  });
});

describe('a search that is stopped', () => {
  const stop = fails('terminated', { hint: 'h' });
  const stopWith =
    (reason: unknown) =>
    (world: Running): never => {
      world.stop.abort(reason);
      throw world.stop.signal.reason;
    };

  test.each<[string, Script]>([
    ['during a look', { looks: [stopWith(stop)] }],
    ['while the assistant is asked', { retention: [stopWith(stop)] }],
    ['while the conversation is asked', { last: [stopWith(stop)] }],
    [
      'in between',
      {
        looks: [
          (world: Running): string[] => {
            world.stop.abort(stop);
            return THERE;
          },
        ],
      },
    ],
  ])('%s leaves the fate of the turn as unknown as it was', async (_, script) => {
    const { outcome, sends } = await take({ ...script, sends: [[BROKEN]] });
    expect(failure(outcome)).toEqual({
      kind: 'terminated',
      message: 'terminated',
      hint: 'h',
      delivery: 'unknown',
      conversationId: 'c-1',
    });
    expect(sends).toBe(1);
  });

  test('for a reason of its own is an interrupt', async () => {
    const { outcome } = await take({ looks: [stopWith(new Error('x'))] });
    expect(failure(outcome)).toEqual({
      kind: 'interrupted',
      message: 'interrupted',
      delivery: 'unknown',
      conversationId: 'c-1',
    });
  });

  test.each<[string, (bug: Error) => Script]>([
    ['the list', (bug) => ({ looks: [bug] })],
    ['the assistant', (bug) => ({ retention: [bug] })],
  ])('by a bug in reading %s tells of it', async (_, script) => {
    const bug = new TypeError('x');
    expect((await take(script(bug))).outcome).toBe(bug);
  });
});

describe('a reply that was begun', () => {
  const hello: ChatEvent = { type: 'delta', text: 'H' };
  const both = [...THERE, 'u+5 x', 'a+9 X', 'a+10 Hi!'];

  test('tells which of two replies is its own', async () => {
    const turn = await take({ sends: [[hello, TIMEOUT]], looks: [both] });
    expect(turn.outcome).toEqual(FOUND);
    expect((await take({ looks: [both], timeoutMs: 100 })).outcome).toBeInstanceOf(AppError);
  });

  test('by an earlier send tells nothing of a later one', async () => {
    const turn = await take({
      sends: [
        [{ type: 'delta', text: 'X' }, BROKEN],
        [hello, TIMEOUT],
      ],
      looks: [[], [], [], [], both],
    });
    expect([turn.outcome, turn.sends]).toEqual([FOUND, 2]);
  });

  test('has the time of its first piece', async () => {
    const turn = await take({
      sends: [[hello, { type: 'delta', text: 'i' }, TIMEOUT]],
      looks: [[], ANSWERED],
    });
    expect(turn.timing).toEqual({ firstTokenMs: 0, totalMs: 250 });
    const silent = await take({ looks: [[], ANSWERED] });
    expect(silent.timing).toEqual({ firstTokenMs: 250, totalMs: 250 });
  });
});

describe('a turn that the API has ended', () => {
  const ended = fails('api', { delivery: 'unknown', hasEnded: true });
  test('is looked for briefly, though its own time is long', async () => {
    for (const looks of [[[]], [THERE]]) {
      const turn = await take({ sends: [[ended]], looks });
      expect([turn.outcome, turn.sends]).toMatchObject([{ details: { delivery: 'unknown' } }, 1]);
      expect(turn.took).toBeLessThanOrEqual(4_000);
    }
  });

  test('is found when its reply is stored', async () => {
    const turn = await take({ sends: [[ended]], looks: [[], THERE, ANSWERED] });
    expect([turn.outcome, turn.sends]).toEqual([FOUND, 1]);
  });
});

describe('a turn behind a gateway that failed', () => {
  const gone = fails('api', { status: 502, delivery: 'unknown', fromGateway: true });
  test('is found when it comes late', async () => {
    const late = ({ clock }: Running): string[] =>
      clock.monotonic() > SENT + 20_000 ? ANSWERED : [];
    const turn = await take({ sends: [[gone]], looks: [late] });
    expect([turn.outcome, turn.sends]).toEqual([FOUND, 1]);
  });

  test('is never sent again', async () => {
    const turn = await take({ sends: [[gone]], looks: [[]] });
    expect([turn.outcome, turn.sends]).toMatchObject([{ details: { delivery: 'unknown' } }, 1]);
  });
});

describe('a conversation whose own times differ when it is created', () => {
  const later = new Date(SENT + 1_000).toISOString();
  test('says nothing of messages by that', async () => {
    const memory = new TurnMemory();
    memory.begin('c-1', { lastMessageAt: later });
    const turn = await take({ memory, sends: [[BROKEN], [DONE]], last: [later] });
    expect([turn.outcome, turn.sends]).toEqual([['sent', false], 2]);
  });

  test('does by a change since then', async () => {
    const memory = new TurnMemory();
    memory.begin('c-1', { lastMessageAt: later });
    const changed = new Date(SENT + 1_001).toISOString();
    const turn = await take({ memory, sends: [[BROKEN], [DONE]], last: [changed] });
    expect([turn.outcome, turn.sends]).toMatchObject([{ details: { delivery: 'unknown' } }, 1]);
  });
});

describe('earlier turns show how the times of messages differ from those of the server', () => {
  const HOUR = 3_600_000;
  const behind = (...lines: [kind: string, at: number, text: string][]): string[] =>
    lines.map(([kind, at, text]) => `${kind}${at - HOUR} ${text}`);
  const FIRST = behind(['u', 0, 'first'], ['a', 0, 'One']);
  const SECOND = behind(['u', 0, 'second'], ['a', 0, 'Two']);
  const OURS = behind(['u', 9, 'hello'], ['a', 10, 'Hi!']);
  const said = async (...texts: string[]): Promise<TurnMemory> => {
    const memory = new TurnMemory();
    for (const text of texts) await take({ memory, text, sends: [[DONE]] });
    return memory;
  };

  test.each<[string, string[], string[], [outcome: unknown, sends: number]]>([
    ['ours is found an hour ago', ['first', 'second'], OURS, [FOUND, 1]],
    [
      'an older one is none of ours',
      ['first', 'second'],
      behind(['u', -9_000, 'hello']),
      [['sent', false], 2],
    ],
    ['one turn may be that of others', ['first'], OURS, [{ details: { delivery: 'unknown' } }, 1]],
    ['without any, nothing is sure', [], OURS, [{ details: { delivery: 'unknown' } }, 1]],
  ])('%s', async (_, texts, lines, expected) => {
    const looks = [[...FIRST, ...SECOND, ...lines]];
    const memory = await said(...texts);
    const turn = await take({ memory, aheadMs: 0, sends: [[BROKEN], [DONE]], looks });
    expect([turn.outcome, turn.sends]).toMatchObject(expected);
  });
});

describe('the same text, said before', () => {
  const begin = { conversationId: undefined };
  const twice = ['u-90 hello', 'a-80 First', ...ANSWERED];

  /** Turns with this text in a conversation that began here, with these answers. */
  async function after(...answers: (ChatEvent | AppError)[]): Promise<TurnMemory> {
    const memory = new TurnMemory();
    let start: Script = begin;
    for (const answer of answers) {
      await take({ memory, sends: [[answer]], looks: [[]], timeoutMs: 1, ...start });
      start = {};
    }
    return memory;
  }

  test('is not taken for the turn', async () => {
    const memory = await after(DONE);
    const turn = await take({ memory, looks: [twice.slice(0, 2), twice] });
    expect(turn.outcome).toEqual(FOUND);
    const again = await take({
      memory: await after(DONE),
      sends: [[BROKEN], [DONE]],
      looks: [twice.slice(0, 2)],
    });
    expect([again.outcome, again.sends]).toEqual([['sent', false], 2]);
  });

  test('and found again counts as said', async () => {
    const memory = new TurnMemory();
    await take({ memory, looks: [twice.slice(0, 2)], ...begin });
    expect((await take({ memory, looks: [twice] })).outcome).toEqual(FOUND);
  });

  test('but refused was never said', async () => {
    const refused = fails('api', { status: 422, delivery: 'refused' });
    const memory = await after(refused);
    expect((await take({ memory, looks: [ANSWERED] })).outcome).toEqual(FOUND);
  });

  test('and perhaps delivered may be that one', async () => {
    const memory = await after(TIMEOUT);
    expect((await take({ memory, looks: [ANSWERED], timeoutMs: 1 })).outcome).toBeInstanceOf(
      AppError,
    );
  });

  test('and left unread may be that one', async () => {
    const memory = await after({ type: 'delta', text: 'H' });
    expect((await take({ memory, looks: [ANSWERED], timeoutMs: 1 })).outcome).toBeInstanceOf(
      AppError,
    );
  });
});
