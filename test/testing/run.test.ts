import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { exitCodeOfResults } from '../../src/testing/run/results.js';
import { replayTests } from '../../src/testing/run/run-tests.js';
import { plannedJobs, REPLAY, selectedCases } from '../../src/testing/run/plan.js';
import { chatFile, fakeAccount, play, type Played, type Scripted } from './fake-account.js';

const echo = (text: string): Scripted => ({ reply: `You said: ${text}` });

const verdicts = ({ results }: Played): string[] =>
  results.map(({ title, verdict, reason }) => [title, verdict, reason].filter(Boolean).join(': '));

const exitCode = (played: Played): number => exitCodeOfResults(played.results, played);

describe('a case', () => {
  it('passes in a conversation of its own, which is deleted', async () => {
    const account = fakeAccount(echo);
    const file = chatFile('as: Ana\nmeta: a=1\n== t\n> one\n? says one\n\n> two\n? says two\n');
    const played = await play(account, [file]);
    expect(verdicts(played)).toEqual(['t: passed']);
    expect(account.log).toEqual([
      'assistant-1 c1 Ana: one',
      'assistant-1 c1 Ana: two',
      'delete c1',
    ]);
    expect(account.conversations.get('c1')).toMatchObject({
      name: 't',
      metadata: { a: '1', assistant_id: 'assistant-1', telnyx_chat_test: 'run-1' },
    });
    expect(played.results[0]?.runs).toMatchObject([
      {
        verdict: 'passed',
        reason: '',
        exitCode: 0,
        conversationId: 'c1',
        isKept: false,
        ms: 600,
        turns: [
          { line: 4, said: 'one', reply: 'You said: one', firstWordMs: 100, totalMs: 300 },
          { line: 7, said: 'two', reply: 'You said: two', firstWordMs: 100, totalMs: 300 },
        ],
      },
    ]);
    expect(played.events.map(({ type }) => type)).toEqual(['started', 'finished']);
    expect(exitCode(played)).toBe(0);
  });

  it('ends at the first turn that fails, and keeps its conversation', async () => {
    const account = fakeAccount(echo);
    const file = chatFile('== t\n> one\n? says two\n? says three\n\n> two\n? says two\n');
    const played = await play(account, [file]);
    expect(verdicts(played)).toEqual([
      't: failed: says two: no "two": the reply is "You said: one"',
    ]);
    expect(account.log).toEqual(['assistant-1 c1: one']);
    expect(played.results[0]?.runs[0]).toMatchObject({ isKept: true, exitCode: 9 });
    expect(played.results[0]?.runs[0]?.turns[0]?.checks).toMatchObject([
      { line: 3, check: 'says two', verdict: 'failed' },
      { line: 4, check: 'says three', verdict: 'failed' },
    ]);
    expect(exitCode(played)).toBe(9);
  });

  it('keeps all conversations when asked to', async () => {
    const account = fakeAccount(echo);
    const played = await play(account, [chatFile('== t\n> a\n? says a\n')], { keepsAll: true });
    expect(account.log).toEqual(['assistant-1 c1: a']);
    expect(played.results[0]?.runs[0]?.isKept).toBe(true);
  });

  it('is no worse for a conversation that cannot be deleted, which is told', async () => {
    const account = fakeAccount(echo);
    account.ports.deleteConversation = () => Promise.reject(new AppError('api', 'busy'));
    const played = await play(account, [chatFile('== t\n> a\n? says a\n')]);
    expect(verdicts(played)).toEqual(['t: passed']);
    expect(played.events).toContainEqual({ type: 'left', conversationId: 'c1', reason: 'busy' });
  });

  it('is deleted while the next one runs, and all are before the end', async () => {
    const account = fakeAccount(echo);
    const isDeleted: (() => void)[] = [];
    account.ports.deleteConversation = (id) =>
      new Promise((resolve) => {
        isDeleted.push(() => {
          account.log.push(`deleted ${id}`);
          resolve();
        });
      });
    const file = chatFile('== a\n> a\n? says a\n== b\n> b\n? says b\n');
    const playing = play(account, [file], { concurrency: 1 });
    await expect.poll(() => isDeleted.length).toBe(2);
    expect(account.log).toEqual(['assistant-1 c1: a', 'assistant-1 c2: b']);
    for (const resolve of isDeleted) resolve();
    const { results } = await playing;
    expect(account.log.slice(2)).toEqual(['deleted c1', 'deleted c2']);
    expect(results.flatMap(({ runs }) => runs.map(({ isKept }) => isKept))).toEqual([false, false]);
  });

  it('is deleted before the next one runs when that is serial', async () => {
    const account = fakeAccount(echo);
    const { deleteConversation } = account.ports;
    account.ports.deleteConversation = async (...args) => {
      await new Promise((resolve) => setImmediate(resolve));
      await deleteConversation(...args);
    };
    const file = chatFile('== a\n> a\n? says a\n== b\nserial: true\n> b\n? says b\n== c\nserial: true\n> c\n? says c\n'); // prettier-ignore
    await play(account, [file]);
    expect(account.log).toEqual([
      'assistant-1 c1: a', 'delete c1', 'assistant-1 c2: b', 'delete c2', 'assistant-1 c3: c', 'delete c3',
    ]); // prettier-ignore
  });

  it('hands values from turn to turn', async () => {
    const account = fakeAccount((text) => ({ reply: text === 'Order' ? 'It is no. 4711.' : text }));
    const file = chatFile(
      '== t\n> {{what}}\n? keep no=/no\\. (\\d+)/\n\n> Cancel {{no}}\n? says cancel {{no}}\n',
      'a.chat',
      { what: 'Order' },
    );
    const played = await play(account, [file]);
    expect(verdicts(played)).toEqual(['t: passed']);
    expect(account.log[1]).toBe('assistant-1 c1: Cancel 4711');
  });

  it('is skipped with its reason', async () => {
    const account = fakeAccount(echo);
    const file = chatFile('== a #skip\n> x\n? says x\n== b\ncaller: Ana\n? judge x\n');
    const played = await play(account, [file]);
    expect(verdicts(played)).toEqual([
      'a: skipped: it has the tag #skip',
      'b: skipped: simulated callers cost money: run it with --simulate',
    ]);
    expect(account.log).toEqual([]);
    expect(exitCode(played)).toBe(0);
  });
});

describe('tool calls', () => {
  const calling = (): Scripted => ({
    calls: [{ name: 'get_order', arguments: '{"id":"4711"}', result: 'shipped' }],
  });

  it('are read from the messages, again until the reply is there', async () => {
    const account = fakeAccount(calling);
    account.looksBefore = 3;
    const file = chatFile('== t\n> a\n? calls get_order\n? result of get_order says shipped\n');
    const played = await play(account, [file]);
    expect(verdicts(played)).toEqual(['t: passed']);
    expect(account.clock.sleeps).toEqual([250, 500, 1_000]);
    expect(played.results[0]?.runs[0]?.turns[0]?.tools).toEqual([
      { name: 'get_order', arguments: '{"id":"4711"}', result: 'shipped' },
    ]);
  });

  it('are not read when nothing needs them', async () => {
    const account = fakeAccount(calling);
    const file = chatFile('== t\n> a\n? says ok\n');
    const played = await play(account, [file]);
    expect(played.results[0]?.runs[0]?.turns[0]?.tools).toBeUndefined();
    const updated = await play(account, [file], { readsTools: true });
    expect(updated.results[0]?.runs[0]?.turns[0]?.tools).toHaveLength(1);
  });

  it('cannot be checked when the reply does not come up within 10 s', async () => {
    const account = fakeAccount(calling);
    account.looksBefore = 1_000;
    const played = await play(account, [chatFile('== t\n> a\n? never calls get_order\n')]);
    expect(verdicts(played)).toEqual([
      't: error: never calls get_order: the reply did not come up among the messages within 10 s',
    ]);
    expect(exitCode(played)).toBe(1);
    expect(account.clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000);
  });

  it('cannot be checked when the assistant keeps no history', async () => {
    const account = fakeAccount(calling);
    account.keepsHistory = false;
    const played = await play(account, [chatFile('== t\n> a\n? calls nothing\n')]);
    expect(verdicts(played)).toEqual([
      't: error: calls nothing: the assistant keeps no history (data_retention is off), so its tool calls cannot be read',
    ]);
    expect(exitCode(played)).toBe(1);
    expect(account.clock.sleeps).toEqual([]);
  });

  it('cannot be checked when the messages cannot be read', async () => {
    const account = fakeAccount(calling);
    account.ports.messages = () => Promise.reject(new AppError('api', 'HTTP 500'));
    const played = await play(account, [chatFile('== t\n> a\n? calls nothing\n')]);
    expect(verdicts(played)).toEqual([
      't: error: calls nothing: the messages could not be read: HTTP 500',
    ]);
  });
});

describe('times', () => {
  it('are from the moment that the message was sent, waits before it aside', async () => {
    const error = new AppError('rate_limited', 'HTTP 429', { status: 429 });
    const account = fakeAccount(() => ({
      retry: { error, waitMs: 5_000 },
      firstMs: 700,
      restMs: 100,
    }));
    const file = chatFile('== t\n> a\n? first word in 700ms\n? answers in 800ms\n');
    const played = await play(account, [file]);
    expect(verdicts(played)).toEqual(['t: passed']);
    expect(played.events).toContainEqual({ type: 'waiting', ms: 5_000 });
  });

  it('have no first word when the turn was recovered', async () => {
    const account = fakeAccount(() => ({ recovered: true }));
    const played = await play(account, [chatFile('== t\n> a\n? first word in 9s\n')]);
    expect(verdicts(played)).toEqual([
      't: error: first word in 9s: the turn was recovered: nobody knows when its first word came',
    ]);
    expect(played.results[0]?.runs[0]?.turns[0]).toMatchObject({
      isRecovered: true,
      firstWordMs: undefined,
      totalMs: 300,
    });
  });

  it('of all answers are a test of their own', async () => {
    const slow = fakeAccount((text) => ({ restMs: text === 'b' ? 7_000 : 100 }));
    const text = (limit: string): string =>
      `p95: ${limit}\n== a\n> a\n? says ok\n== b\n> b\n? says ok\n== c #skip\n> c\n? says ok\n`;
    const played = await play(slow, [chatFile(text('6s'))], { concurrency: 1 });
    expect(verdicts(played)).toEqual([
      'a: passed',
      'b: passed',
      'c: skipped: it has the tag #skip',
      'p95: 6s: failed: 95 of 100 answers took up to 7.1s',
    ]);
    expect(exitCode(played)).toBe(9);
    expect(verdicts(await play(slow, [chatFile(text('8s'))], { concurrency: 1 })).at(-1)).toBe(
      'p95: 8s: passed',
    );
  });
});

describe('silence', () => {
  const refused = new AppError('ai_disabled', 'AI is disabled', {
    status: 400,
    delivery: 'refused',
  });
  const account = () => fakeAccount(() => ({ error: refused }));

  it('is an answer when a check asks for it', async () => {
    const file = chatFile('== t\n> a\n? is silent\n? calls nothing\n? never says x\n');
    expect(verdicts(await play(account(), [file]))).toEqual(['t: passed']);
  });

  it('is an error when none does', async () => {
    const played = await play(account(), [chatFile('== t\n> a\n? says x\n')]);
    expect(verdicts(played)).toEqual(['t: error: AI is disabled']);
    expect(exitCode(played)).toBe(8);
  });
});

it('reads the metadata after a turn', async () => {
  const account = fakeAccount(echo);
  const file = chatFile(
    'meta: ticket=1\n== t\n> a\n? metadata ticket=1\n? never metadata other=1\n',
  );
  expect(verdicts(await play(account, [file]))).toEqual(['t: passed']);
  account.ports.getConversation = () => Promise.reject(new AppError('not_found', 'gone'));
  expect(verdicts(await play(account, [file]))).toEqual([
    't: error: metadata ticket=1: the conversation could not be read: gone',
  ]);
});

describe('errors', () => {
  it.each([
    ['auth', {}, 4],
    ['not_found', {}, 5],
    ['rate_limited', {}, 6],
    ['network', { delivery: 'not_sent' }, 7],
    ['timeout', { delivery: 'unknown' }, 7],
    ['api', { status: 500, delivery: 'unknown' }, 7],
    ['api', { status: 400, delivery: 'refused' }, 1],
    ['ai_disabled', {}, 8],
  ] as const)('%s %j exits %i', async (kind, details, code) => {
    const account = fakeAccount(() => ({ error: new AppError(kind, 'it broke', details) }));
    const played = await play(account, [chatFile('== t\n> a\n? says x\n')]);
    const isUnknown = 'delivery' in details && details.delivery === 'unknown';
    const reason = `it broke${isUnknown ? ' (the message may have been delivered)' : ''}`;
    expect(verdicts(played)).toEqual([`t: error: ${reason}`]);
    expect(played.results[0]?.runs[0]).toMatchObject({
      isKept: true,
      conversationId: 'c1',
      turns: [{ said: 'a', reply: undefined, checks: [] }],
    });
    expect(exitCode(played)).toBe(code);
  });

  it('of making the conversation have none to tell', async () => {
    const account = fakeAccount(echo);
    account.ports.conversationCreator = () => () => Promise.reject(new AppError('auth', 'bad key'));
    const played = await play(account, [chatFile('== t\n> a\n? says x\n')]);
    expect(played.results[0]?.runs).toMatchObject([
      { verdict: 'error', conversationId: undefined, isKept: false, turns: [] },
    ]);
    expect(exitCode(played)).toBe(4);
  });

  it('come after failures, and the first in the order of files counts', async () => {
    const account = fakeAccount((text) =>
      text === 'x' ? {} : { error: new AppError(text === 'a' ? 'auth' : 'network', text) },
    );
    const a = chatFile('== a\n> a\n? says ok\n', 'a.chat');
    const b = chatFile('== b\n> b\n? says ok\n', 'b.chat');
    const x = chatFile('== x\n> x\n? says y\n', 'x.chat');
    expect(exitCode(await play(account, [b, a]))).toBe(7);
    expect(exitCode(await play(account, [a, b]))).toBe(4);
    expect(exitCode(await play(account, [a, b, x]))).toBe(9);
  });

  it('that nobody foresaw end all', async () => {
    const account = fakeAccount(() => {
      throw new TypeError('a bug');
    });
    await expect(play(account, [chatFile('== t\n> a\n? says x\n')])).rejects.toThrow('a bug');
  });
});

describe('runs', () => {
  /** Each run has a conversation of its own, so that c1 is the first. */
  const byRun = (...outcomes: string[]) =>
    fakeAccount((_, __, conversation) => {
      const outcome = outcomes[Number(conversation.slice(1)) - 1];
      return outcome === 'e'
        ? { error: new AppError('network', 'cut off') }
        : { reply: outcome ?? '' };
    });
  const FILE = 'runs: 3, 2 must pass\n== t\n> a\n? says good\n';

  it.each([
    [['good', 'good', 'good'], 'passed', 0],
    [['good', 'bad', 'good'], 'flaky', 0],
    [['good', 'e', 'good'], 'flaky', 0],
    [['good', 'bad', 'bad'], 'failed', 9],
    [['good', 'e', 'bad'], 'failed', 9],
    [['good', 'e', 'e'], 'error', 7],
    [['e', 'e', 'e'], 'error', 7],
  ])('%j are %s', async (outcomes, verdict, code) => {
    const played = await play(byRun(...outcomes), [chatFile(FILE)]);
    expect(played.results).toMatchObject([{ verdict }]);
    expect(played.results[0]?.runs).toHaveLength(3);
    expect(exitCode(played)).toBe(code);
  });

  it('of which all must pass leave no room', async () => {
    const file = chatFile('runs: 3\n== t\n> a\n? says good\n');
    expect((await play(byRun('good', 'bad', 'good'), [file])).results).toMatchObject([
      { verdict: 'failed', reason: 'says good: no "good": the reply is "bad"' },
    ]);
  });
});

describe('several at a time', () => {
  /** An assistant whose answers wait until all of them are asked for, or the test lets them go. */
  const gated = () => {
    const open = new Set<string>();
    const seen: string[][] = [];
    const account = fakeAccount(echo);
    const { takeTurn } = account.ports;
    account.ports.takeTurn = async function* (message, call) {
      open.add(message.text);
      seen.push([...open]);
      await new Promise((resolve) => setImmediate(resolve));
      try {
        yield* takeTurn(message, call);
      } finally {
        open.delete(message.text);
      }
    };
    return { account, seen };
  };
  const file = (serial = '') =>
    chatFile(['a', 'b', 'c', 'd'].map((name) => `== ${name}\n${name === 'b' ? serial : ''}> ${name}\n? says ${name}\n`).join('')); // prettier-ignore

  it.each([1, 2, 4])('%i', async (concurrency) => {
    const { account, seen } = gated();
    const played = await play(account, [file()], { concurrency });
    expect(verdicts(played)).toEqual(['a: passed', 'b: passed', 'c: passed', 'd: passed']);
    expect(Math.max(...seen.map(({ length }) => length))).toBe(concurrency);
  });

  it('but serial ones alone', async () => {
    const { account, seen } = gated();
    const played = await play(account, [file('serial: true\n')], { concurrency: 4 });
    expect(verdicts(played)).toEqual(['a: passed', 'b: passed', 'c: passed', 'd: passed']);
    expect(seen.at(-1)).toEqual(['b']);
    expect(seen.slice(0, -1).flat()).not.toContain('b');
  });

  it('all wait after a 429', async () => {
    const account = fakeAccount((text) =>
      text === 'a' ? { error: new AppError('rate_limited', '429', { retryAfterMs: 3_000 }) } : {},
    );
    const text = '== a\n> a\n? says ok\n== b\n> b\n? says ok\n';
    const played = await play(account, [chatFile(text)], { concurrency: 1 });
    expect(verdicts(played)).toEqual(['a: error: 429', 'b: passed']);
    expect(account.clock.sleeps).toEqual([3_000]);
  });

  it('take the turns of two assistants in turn', async () => {
    const account = fakeAccount((text, id) => ({ reply: id === 'two' ? 'no' : text }));
    const text = '== t\n> a\n? says a | no\n\n> b\n? says b\n\n> c\n? says c\n';
    const played = await play(account, [chatFile(text)], {
      plan: { assistantIds: ['one', 'two'] },
    });
    expect(account.log).toEqual([
      'one c1: a', 'two c2: a', 'one c1: b', 'two c2: b', 'one c1: c', 'delete c1',
    ]); // prettier-ignore
    expect(played.results.map(({ assistantId, verdict }) => [assistantId, verdict])).toEqual([
      ['one', 'passed'],
      ['two', 'failed'],
    ]);
  });
});

it('ends with what was done when it is interrupted', async () => {
  const stop = new AbortController();
  const account = fakeAccount((text) => {
    if (text === 'b') {
      stop.abort(new AppError('interrupted', 'interrupted'));
      return { error: new AppError('interrupted', 'interrupted') };
    }
    return {};
  });
  const text = ['a', 'b', 'c'].map((name) => `== ${name}\n> ${name}\n? says ok\n`).join('');
  const played = await play(account, [chatFile(`runs: 2\n${text}`)], {
    concurrency: 1,
    signal: stop.signal,
  });
  expect(verdicts(played)).toEqual(['a: passed', 'b: error: interrupted']);
  expect(account.log).toEqual(['assistant-1 c1: a', 'delete c1', 'assistant-1 c2: a', 'delete c2', 'assistant-1 c3: b']); // prettier-ignore
  expect(exitCode(played)).toBe(130);
});

it('does not call a case passed of which an interrupt left runs out', async () => {
  const stop = new AbortController();
  const account = fakeAccount(() => ({}));
  account.ports.deleteConversation = () => {
    stop.abort(new AppError('interrupted', 'interrupted'));
    return Promise.resolve();
  };
  const played = await play(account, [chatFile('runs: 2\n== t\n> a\n? says ok\n')], {
    signal: stop.signal,
  });
  expect(verdicts(played)).toEqual(['t: error: interrupted']);
});

it('takes a turn again that was not run, and repeats what may be repeated', async () => {
  const account = fakeAccount(echo);
  const failing = <Args extends unknown[], T>(
    times: number,
    error: AppError,
    call: (...args: Args) => T,
  ): ((...args: Args) => T) => {
    let count = 0;
    return (...args) => {
      if (count++ < times) throw error;
      return call(...args);
    };
  };
  const { ports } = account;
  const busy = new AppError('api', 'busy', { status: 503, delivery: 'refused' });
  const create = ports.conversationCreator.bind(ports);
  const { takeTurn } = ports;
  ports.conversationCreator = (conversation) => failing(4, busy, create(conversation));
  ports.takeTurn = failing(2, busy, takeTurn);
  ports.deleteConversation = failing(
    2,
    busy,
    failing(1, new AppError('not_found', 'gone', { status: 404 }), () => Promise.resolve()),
  );
  const played = await play(account, [chatFile('== t\n> a\n? says a\n')]);
  expect(verdicts(played)).toEqual(['t: passed']);
  expect(account.log).toEqual(['assistant-1 c1: a']);
  expect(account.clock.sleeps).toEqual([100, 200, 400, 800, 100, 200]);
  expect(played.events.map(({ type }) => type)).toEqual(['started', 'finished']);
});

it.each([
  ['one that may have run', { status: 503, delivery: 'unknown' }, 1],
  ['one that was refused for good', { status: 422, delivery: 'refused' }, 1],
  ['one that is refused each time', { status: 503, delivery: 'refused' }, 3],
] as const)('does not take a turn again without end: %s', async (_, details, takes) => {
  let count = 0;
  const account = fakeAccount(() => {
    count++;
    return { error: new AppError('api', 'no', details) };
  });
  const played = await play(account, [chatFile('== t\n> a\n? says a\n')]);
  expect(played.results[0]?.verdict).toBe('error');
  expect(count).toBe(takes);
});

it('gives up deleting a moment after an interrupt', async () => {
  const stop = new AbortController();
  const account = fakeAccount(() => ({}));
  account.ports.deleteConversation = (_, { signal }) => {
    expect(signal.aborted).toBe(false);
    stop.abort(new AppError('interrupted', 'interrupted'));
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };
  const played = await play(account, [chatFile('== t\n> a\n? says ok\n')], {
    signal: stop.signal,
  });
  expect(account.clock.sleeps).toEqual([800]);
  expect(verdicts(played)).toEqual(['t: passed']);
  expect(played.results[0]?.runs[0]?.isKept).toBe(true);
  expect(played.events).toContainEqual({
    type: 'left',
    conversationId: 'c1',
    reason: 'interrupted',
  });
});

describe('a replay', () => {
  const replay = (text: string): string[] => {
    const file = chatFile(text);
    const cases = selectedCases([file], { lines: new Map(), tags: [], titles: [] });
    const { results } = replayTests(plannedJobs(cases, REPLAY));
    return results.map(({ verdict, reason, assistantId }) => {
      expect(assistantId).toBeUndefined();
      return `${verdict}: ${reason}`;
    });
  };

  it.each([
    ['== t\n> a\n< It is no. 7.\n? says no. 7\n? keep n=/\\d/\n\n> is it {{n}}?\n* find {"n":"7"}\n* -> yes\n< It is.\n? calls find {"n": "{{n}}"}\n? result of find says yes\n', 'passed: '],
    ['== t\n> a\n< b\n? says c\n', 'failed: says c: no "c": the reply is "b"'],
    ['== t\n> a\n? calls nothing\n', 'passed: '],
    ['== t\n> a\n? never says x\n', 'error: never says x: the recording has no reply: the file has no < for this message'],
    ['== t\n> a\n? is silent\n', 'passed: '],
    ['== t\n> a\n< b\n? is silent\n', 'failed: is silent: the assistant answered'],
    ['== t\n> a\n< b\n? answers in 5s\n', 'error: answers in 5s: a recording has no times'],
    ['== t\n> a\n< b\n? metadata a=b\n', 'error: metadata a=b: a recording has no metadata'],
    ['== t\ncaller: Ana\n? judge x\n', 'skipped: a simulated case has no recording'],
    ['runs: 5\np95: 1s\n== t\n> a\n< b\n? says b\n', 'passed: '],
  ])('%j', (text, outcome) => {
    expect(replay(text)).toEqual([outcome]);
  }); // prettier-ignore
});
