import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import type { Clock } from '../../src/base/time.js';
import type { Conversation, Message, MessagePage } from '../../src/conversations/conversation.js';
import { Follower, type FollowApi } from '../../src/conversations/follow.js';
import type { FollowEvent } from '../../src/conversations/follow-event.js';

const START = Date.parse('2026-01-01T00:00:00.000Z');

/** Longer than all that happens. */
const MAX_MS = 600_000;

/** Time that only waiting moves. */
function steppingClock(): Clock & { time: () => number } {
  let time = START;
  return {
    time: () => time,
    now: () => new Date(time),
    monotonic: () => time,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      await Promise.resolve();
      time += ms;
      if (time > START + MAX_MS) throw new AppError('interrupted', 'it goes on for too long');
    },
  };
}

/** The same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

interface Sent {
  message: Message;
  listedAt: number;
}

const messageAt = (time: number, text: string, role = 'user'): Message => ({
  ...{ role, text, toolCalls: [], createdAt: new Date(time).toISOString() },
  sentAt: new Date(time).toISOString(),
});

interface ScriptOptions {
  order: 'newest' | 'oldest' | 'none';
  pageSize: number;
  /** Of all requests. */
  failing: number;
}

const FAILURES: [
  ConstructorParameters<typeof AppError>,
  ...ConstructorParameters<typeof AppError>[],
] = [
  ['network', 'reset'],
  ['rate_limited', 'slow down', { status: 429, retryAfterMs: 300 }],
  ['api', 'unavailable', { status: 503 }],
];

/** A conversation whose messages are listed by a script. */
function scripted(
  sent: readonly Sent[],
  clock: Clock & { time: () => number },
  options: ScriptOptions,
) {
  const random = randomFrom(11);
  let requests = 0;
  const mayFail = (): void => {
    requests++;
    if (random() >= options.failing) return;
    throw new AppError(...(FAILURES[requests % FAILURES.length] ?? FAILURES[0]));
  };
  const places = new Map(sent.map((each) => [each, random()]));
  const listed = (): Message[] => {
    const now = sent.filter(({ listedAt }) => listedAt <= clock.time());
    if (options.order === 'none') now.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    if (options.order === 'newest') now.reverse();
    return now.map(({ message }) => message);
  };
  const api: FollowApi = {
    getConversation(id) {
      mayFail();
      const times = { createdAt: '', lastMessageAt: '' };
      return Promise.resolve({ id, name: '', metadata: {}, ...times } satisfies Conversation);
    },
    getMessages(_, { number }) {
      mayFail();
      const all = listed();
      const page: MessagePage = {
        messages: all.slice((number - 1) * options.pageSize, number * options.pageSize),
        total: all.length,
        pages: Math.ceil(all.length / options.pageSize),
      };
      return Promise.resolve(page);
    },
  };
  return { api, requests: () => requests };
}

/** 500 messages, listed a little after they were sent, sometimes one before an earlier one. */
function script(): Sent[] {
  const random = randomFrom(5);
  let time = START;
  return Array.from({ length: 500 }, (_, index) => {
    time += Math.floor(random() * 900) + 1;
    const lag = index % 7 === 0 ? 1_500 + random() * 250 : 1_500;
    const text = index % 5 === 0 ? 'the same words' : `message ${index}`;
    return { message: messageAt(time, text), listedAt: time + lag };
  });
}

async function followed(follower: Follower, isEnough: (events: FollowEvent[]) => boolean) {
  const events: FollowEvent[] = [];
  for await (const event of follower.events()) {
    if (event.type !== 'listed') events.push(event);
    if (isEnough(events)) break;
  }
  return events;
}

describe('following 500 messages', () => {
  it.each([
    ['newest first', { order: 'newest', pageSize: 100, failing: 0.1 }],
    ['oldest first', { order: 'oldest', pageSize: 100, failing: 0.1 }],
    ['in no order', { order: 'none', pageSize: 100, failing: 0.05 }],
    ['on small pages', { order: 'newest', pageSize: 3, failing: 0.05 }],
  ] as const)('%s, with resets and 429: each once, in order, within 2 s', async (_, options) => {
    const clock = steppingClock();
    const sent = script();
    const { api } = scripted(sent, clock, options);
    const { signal } = new AbortController();
    const shown: { message: Message; at: number }[] = [];
    for await (const event of new Follower('1', { api, clock, signal }).events()) {
      if (event.type === 'message') shown.push({ message: event.message, at: clock.time() });
      if (shown.length === sent.length) break;
    }
    expect(shown.map(({ message }) => message)).toEqual(sent.map(({ message }) => message));
    const delays = shown.map(({ at }, index) => at - (sent[index]?.listedAt ?? 0));
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_000);
  });

  it('reads a page or two a look', async () => {
    const clock = steppingClock();
    const sent = script();
    const options = { order: 'oldest', pageSize: 100, failing: 0 } as const;
    const { api, requests } = scripted(sent, clock, options);
    const { signal } = new AbortController();
    let count = 0;
    for await (const event of new Follower('1', { api, clock, signal }).events()) {
      if (event.type === 'message' && ++count === sent.length) break;
    }
    const looks = (clock.time() - START) / 1_400;
    expect(requests() / looks).toBeLessThan(3);
  });
});

describe('a follower', () => {
  const quietApi = (messages: Message[], metadata: () => Record<string, string> = () => ({})) =>
    ({
      getConversation: (id) =>
        Promise.resolve({ id, name: '', metadata: metadata(), createdAt: '', lastMessageAt: '' }),
      getMessages: () => Promise.resolve({ messages, total: messages.length, pages: 1 }),
    }) satisfies FollowApi;

  it('keeps two equal messages of one moment apart', async () => {
    const clock = steppingClock();
    const same = messageAt(START, 'yes');
    const { signal } = new AbortController();
    const follower = new Follower('1', { api: quietApi([same, same]), clock, signal });
    expect(await followed(follower, (events) => events.length === 2)).toHaveLength(2);
  });

  it('says when it is taken over, released, and quiet', async () => {
    const clock = steppingClock();
    const { signal } = new AbortController();
    const metadata = (): Record<string, string> => {
      const seconds = (clock.time() - START) / 1_000;
      return { ai_disabled: String(seconds > 5 && seconds < 20) };
    };
    const follower = new Follower('1', { api: quietApi([], metadata), clock, signal });
    expect(await followed(follower, (events) => events.length === 3)).toEqual([
      { type: 'state', isTakenOver: true },
      { type: 'state', isTakenOver: false },
      { type: 'quiet' },
    ]);
    expect(clock.time() - START).toBeGreaterThan(60_000);
  });

  it('knows that a person has taken over before it shows what they say', async () => {
    const clock = steppingClock();
    const { signal } = new AbortController();
    const isLater = (): boolean => clock.time() - START > 1_000;
    const metadata = (): Record<string, string> => ({ ai_disabled: String(isLater()) });
    const answer = messageAt(START + 1_000, 'This is Ana.', 'assistant');
    const follower = new Follower('1', {
      api: {
        ...quietApi([], metadata),
        getMessages() {
          const messages = isLater() ? [answer] : [];
          return Promise.resolve({ messages, total: messages.length, pages: 1 });
        },
      },
      ...{ clock, signal },
    });
    const events = await followed(follower, (all) => all.length === 2);
    expect(events.map(({ type }) => type)).toEqual(['state', 'message']);
  });

  it('looks less often when nothing happens, at once when told to hurry', async () => {
    const clock = steppingClock();
    const looks: number[] = [];
    const api = quietApi([]);
    const stop = new AbortController();
    const follower = new Follower('1', {
      api: {
        ...api,
        getMessages() {
          looks.push(clock.time());
          if (looks.length === 60) stop.abort(new AppError('interrupted', 'interrupted'));
          return api.getMessages();
        },
      },
      clock,
      signal: stop.signal,
    });
    await expect(followed(follower, () => false)).rejects.toThrow('interrupted');
    const waits = looks.slice(1).map((time, index) => time - (looks[index] ?? 0));
    expect(waits[0]).toBe(1_000);
    expect(waits.at(-1)).toBe(10_000);
  });

  it('tells of trouble once, and of its end', async () => {
    const clock = steppingClock();
    let isDown = true;
    const api = quietApi([messageAt(START - 3_600_000, 'hello')]);
    const { signal } = new AbortController();
    const follower = new Follower('1', {
      api: {
        ...api,
        getMessages: () => {
          isDown &&= clock.time() - START < 20_000;
          return isDown ? Promise.reject(new AppError('network', 'down')) : api.getMessages();
        },
      },
      ...{ clock, signal },
    });
    const events = await followed(follower, (all) => all.some(({ type }) => type === 'back'));
    expect(events.map(({ type }) => type)).toEqual(['trouble', 'message', 'back']);
  });

  it('tells of trouble at the first look that is not answered at all', async () => {
    const clock = steppingClock();
    const api = quietApi([messageAt(START - 3_600_000, 'hello')]);
    let troubledAt = 0;
    const getMessages = async (): Promise<MessagePage> => {
      if (troubledAt > 0) return api.getMessages();
      await clock.sleep(10_000);
      throw new AppError('timeout', 'no answer');
    };
    const { signal } = new AbortController();
    const follower = new Follower('1', { api: { ...api, getMessages }, clock, signal });
    const events = await followed(follower, (all) => {
      if (all.at(-1)?.type === 'trouble') troubledAt = clock.time();
      return all.some(({ type }) => type === 'back');
    });
    expect(events.map(({ type }) => type)).toEqual(['trouble', 'message', 'back']);
    expect(troubledAt - START).toBe(10_000);
  });

  it('shows nothing before what the list has and could not give', async () => {
    const clock = steppingClock();
    const late = messageAt(START + 2_000, 'second');
    const pages = [[late], [messageAt(START + 1_000, 'first')], [messageAt(START, 'hello')]];
    const { signal } = new AbortController();
    const follower = new Follower('1', {
      api: {
        ...quietApi([]),
        getMessages(_, { number }) {
          const seconds = (clock.time() - START) / 1_000;
          if (number === 2 && seconds > 3 && seconds < 9) throw new AppError('network', 'reset');
          const listed = seconds > 3 ? pages : pages.slice(2);
          const messages = listed[number - 1] ?? [];
          return Promise.resolve({ messages, total: listed.length, pages: listed.length });
        },
      },
      ...{ clock, signal },
    });
    const events = await followed(follower, (all) => all.length === 5);
    const said = events.map((event) =>
      event.type === 'message' ? event.message.text : event.type,
    );
    expect(said).toEqual(['hello', 'trouble', 'first', 'second', 'back']);
  });

  it('shows what it has when no answer tells of more, soon and at last', async () => {
    const clock = steppingClock();
    const { signal } = new AbortController();
    const follower = new Follower('1', {
      api: {
        ...quietApi([]),
        getMessages() {
          const ms = clock.time() - START;
          if (ms > 1_000) throw new AppError('network', 'reset');
          const messages = [messageAt(START - 3_600_000, 'hello'), messageAt(START + 900, 'news')];
          const total = ms < 900 ? 1 : 2;
          return Promise.resolve({ messages: messages.slice(0, total), total, pages: 1 });
        },
      },
      ...{ clock, signal },
    });
    const events = await followed(follower, (all) => all.length === 2);
    expect(events.map(({ type }) => type)).toEqual(['message', 'message']);
    expect(clock.time() - START).toBeLessThanOrEqual(900 + 2_000);
  });

  it.each([
    ['is new', 0, ['first', 'second']],
    ['is old', 3_600_000, ['second', 'first']],
  ])('settles what was said last where it %s', async (_, age, expected) => {
    const clock = steppingClock();
    const [second, first] = [messageAt(START - age, 'second'), messageAt(START - age - 1, 'first')];
    const { signal } = new AbortController();
    const follower = new Follower('1', {
      api: {
        ...quietApi([]),
        getMessages() {
          const messages = clock.time() === START ? [second] : [second, first];
          return Promise.resolve({ messages, total: messages.length, pages: 1 });
        },
      },
      ...{ clock, signal },
    });
    const events = await followed(follower, (all) => all.length === 2);
    const said = events.map((event) => (event.type === 'message' ? event.message.text : ''));
    expect(said).toEqual(expected);
  });

  it('does not take an answer that lags for the whole list', async () => {
    const clock = steppingClock();
    const { signal } = new AbortController();
    const [hello, first, second] = [0, 1_000, 2_000].map((ms) => messageAt(START + ms, `${ms}`));
    const lists = [[hello], [hello, second], [hello], [hello, first, second]].map((list) =>
      list.filter((message) => message !== undefined),
    );
    let looks = 0;
    const follower = new Follower('1', {
      api: {
        ...quietApi([]),
        getMessages() {
          const messages = lists[Math.min(looks++, lists.length - 1)] ?? [];
          return Promise.resolve({ messages, total: messages.length, pages: 1 });
        },
      },
      ...{ clock, signal },
    });
    const events = await followed(follower, (all) => all.length === 3);
    const said = events.map((event) => (event.type === 'message' ? event.message.text : ''));
    expect(said).toEqual(['0', '1000', '2000']);
  });

  it.each([
    new AppError('not_found', 'gone', { status: 404 }),
    new AppError('auth', 'no', { status: 401 }),
  ])('ends with what does not pass: %s', async (error) => {
    const { signal } = new AbortController();
    const api = { ...quietApi([]), getMessages: () => Promise.reject(error) };
    const follower = new Follower('1', { api, clock: steppingClock(), signal });
    await expect(followed(follower, () => false)).rejects.toBe(error);
  });
});
