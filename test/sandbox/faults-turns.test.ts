import { once } from 'node:events';
import type { Agent } from 'node:http';
import { connect } from 'node:net';
import { text as streamText } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { BODY_KINDS } from '../../src/sandbox/faults/body-kinds.js';
import { STATUS_KINDS, TURN_KINDS } from '../../src/sandbox/faults/turn-kinds.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { ask, CHAT, keptAlive, newTurn, stored, type Outcome } from './ask.js';
import { stillClock } from '../helpers/still-clock.js';
import { deferred, start } from './start.js';

const NOTHING: string[] = [];
const ALL = ['user', 'assistant'];
const REPLY = 'Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do.';
const DONE_DATA = JSON.stringify({ content: REPLY, whatsapp_template: null });
const DONE = `event: done\ndata: ${DONE_DATA}\n\n`;
const ERROR_AFTER_HELLO =
  /^event: delta\ndata: \{"content":"Hello!"\}\n\nevent: error\ndata: \{"errors":\[[^]*\n\n$/;
const WHOLE = JSON.stringify({ content: REPLY });

const reset = { status: undefined, end: 'ECONNRESET' };
const error = (status: number, headers: object = {}) => ({
  status,
  end: 'whole',
  text: expect.stringContaining('"errors":[{') as string,
  headers: expect.objectContaining(headers) as Outcome['headers'],
});
const page = (status: number) => ({
  status,
  end: 'whole',
  text: expect.stringMatching(/^<!doctype html>/) as string,
  headers: expect.objectContaining({ 'content-type': ['text/html; charset=utf-8'] }) as object,
});
const text = (body: string, end = 'whole') => ({ status: 200, end, text: body });

/** The outcome of a turn without streaming as a client sees it, and the messages stored by then. */
const TURNS: [fault: string, outcome: object, kept: string[]][] = [
  ['reset_before', reset, NOTHING],
  ['reset_after', reset, ALL],
  ['error_event', error(500), ALL],
  ['late_reply_reset', reset, ALL],
  ['late_reply_504', error(504), ALL],
  ['late_turn_reset', reset, ALL],
  ['late_turn_504', error(504), ALL],
  ['late_turn_html_502', page(502), ALL],
  ['late_turn_html_503', page(503), ALL],
  ['error_event_lost', error(500), NOTHING],
  ['status_408_before', error(408), NOTHING],
  ['status_408_after', error(408), ALL],
  ['status_402', error(402), NOTHING],
  ['status_409', error(409), NOTHING],
  ['status_429', error(429), NOTHING],
  ['status_429_retry_after_ms', error(429, { 'retry-after-ms': ['20'] }), NOTHING],
  ['status_429_retry_after_ms@7', error(429, { 'retry-after-ms': ['7'] }), NOTHING],
  ['status_429_retry_after', error(429, { 'retry-after': ['1'] }), NOTHING],
  [
    'status_429_retry_after_date@90',
    error(429, { 'retry-after': ['Thu, 01 Jan 2026 00:01:30 GMT'] }),
    NOTHING,
  ],
  [
    'status_429_ratelimit_reset@3',
    error(429, { 'x-ratelimit-remaining': ['0'], 'x-ratelimit-reset': ['3'] }),
    NOTHING,
  ],
  ['status_500_before', error(500), NOTHING],
  ['status_500_after', error(500), ALL],
  ['status_502_before', error(502), NOTHING],
  ['status_502_after', error(502), ALL],
  ['status_503_before', error(503), NOTHING],
  ['status_503_after', error(503), ALL],
  ['status_504_before', error(504), NOTHING],
  ['status_504_after', error(504), ALL],
  ['status_529_before', error(529), NOTHING],
  ['status_529_after', error(529), ALL],
  ['html_502_before', page(502), NOTHING],
  ['html_502_after', page(502), ALL],
  ['html_200_before', page(200), NOTHING],
  ['html_200_after', page(200), ALL],
  ['half_json', text(WHOLE.slice(0, WHOLE.length / 2)), ALL],
  ['wrong_shape', text('{"result":{"value":42}}'), ALL],
  ['empty_200', text(''), ALL],
  ['cut@12', text(WHOLE.slice(0, 12), 'cut'), ALL],
  ['cut@0', text('', 'cut'), ALL],
  ['end_early@12', text(WHOLE.slice(0, 12)), ALL],
  ['drip', text(WHOLE), ALL],
  ['content_length_long', text(WHOLE, 'cut'), ALL],
  ['content_length_short', { end: expect.stringMatching(/^HPE_/) as string }, ALL],
  [
    'duplicate_headers',
    {
      ...text(WHOLE),
      headers: expect.objectContaining({
        'content-type': ['application/json', 'text/plain'],
        'x-request-id': ['one', 'two'],
      }) as object,
    },
    ALL,
  ],
  ['duplicate_content_length', { end: expect.stringMatching(/^HPE_/) as string }, ALL],
];

/** The outcome of a streamed turn as a client sees it. All is stored. */
const HELLO = 'event: delta\ndata: {"content":"Hello!"}\n\n';
const STREAMED: [fault: string, outcome: object][] = [
  ['reset_after', reset],
  ['error_event@1', text(expect.stringMatching(ERROR_AFTER_HELLO) as string)],
  ['error_event', text(expect.stringMatching(/^event: error\ndata: \{"errors":\[/) as string)],
  ['late_reply_504', error(504)],
  ['status_503_after', error(503)],
  ['half_json', text(DONE_DATA.slice(0, DONE_DATA.length / 2))],
  ['wrong_shape', text('{"result":{"value":42}}')],
  ['empty_200', text('')],
  ['cut@20', text('event: delta\ndata: {"'.slice(0, 20), 'cut')],
  [`cut@${HELLO.length + 5}`, text(`${HELLO}event`, 'cut')],
  ['cut@0', text('', 'cut')],
  [`end_early@${HELLO.length}`, text(HELLO)],
  ['drip', text(expect.stringContaining(DONE) as string)],
  ['content_length_long', text(expect.stringContaining(DONE) as string, 'cut')],
  ['content_length_short', { end: expect.stringMatching(/^HPE_/) as string }],
  ['duplicate_headers', text(expect.stringContaining(DONE) as string)],
  ['duplicate_content_length', { end: expect.stringMatching(/^HPE_/) as string }],
];

async function turnWith(fault: string, stream: boolean): Promise<[Outcome, Sandbox]> {
  const sandbox = await start({ faultSettings: { script: [fault] } });
  return [
    await ask(sandbox, CHAT, { body: newTurn(sandbox, stream), agent: keptAlive() }),
    sandbox,
  ];
}

describe('one turn', () => {
  test.each(TURNS)('%s', async (fault, outcome, kept) => {
    const [seen, sandbox] = await turnWith(fault, false);
    expect(seen).toMatchObject(outcome);
    expect(stored(sandbox)).toEqual(kept);
    expect(sandbox.stats().faults).toEqual({ [`chat/${nameOf(fault)}`]: 1 });
    const next = await ask(sandbox, CHAT, { body: newTurn(sandbox, false) });
    expect(next).toMatchObject(text(WHOLE));
  });

  test.each(STREAMED)('%s, streamed', async (fault, outcome) => {
    const [seen, sandbox] = await turnWith(fault, true);
    expect(seen).toMatchObject(outcome);
    expect(stored(sandbox)).toEqual(ALL);
  });

  test.each([false, true])('cut anywhere, as the seed has it; streamed: %j', async (stream) => {
    const cutAt = async (seed: number): Promise<number> => {
      const sandbox = await start({ faultSettings: { rules: ['cut:1'], seed } });
      const { end, text: seen } = await ask(sandbox, CHAT, { body: newTurn(sandbox, stream) });
      expect(end).toBe('cut');
      return seen.length;
    };
    const lengths = await Promise.all([1, 2, 3, 4, 4].map(cutAt));
    expect(new Set(lengths).size).toBe(4);
    expect(lengths[3]).toBe(lengths[4]);
  });

  test('drip: a pause after each byte', async () => {
    const clock = stillClock();
    const faultSettings = { script: ['drip@3'] };
    const sandbox = await start({ clock, faultSettings });
    await ask(sandbox, CHAT, { body: newTurn(sandbox, false) });
    expect(clock.sleeps).toEqual(Array<number>(WHOLE.length).fill(3));
  });

  test('content_length_short: the promise and what comes, on the wire', async () => {
    const sandbox = await start({ faultSettings: { script: ['content_length_short'] } });
    const raw = await rawTurn(sandbox);
    expect(raw).toContain(`content-length: ${WHOLE.length - 5}\r\n`);
    expect(raw.endsWith(`\r\n\r\n${WHOLE}`)).toBe(true);
  });

  test.each([false, true])('oversized: %j', async (stream) => {
    const [seen] = await turnWith('oversized@2', stream);
    expect(seen.end).toBe('whole');
    expect(seen.text.length).toBeGreaterThan(2 * 1024 * 1024);
    const last = stream ? DONE : '"}';
    expect(seen.text.slice(-last.length)).toBe(last);
  });

  test('a turn that would be refused keeps its refusal', async () => {
    const script = ['reset_after', 'late_reply_reset'];
    const sandbox = await start({ faultSettings: { script } });
    const body = { conversation_id: 'none', content: 'hello' };
    expect((await ask(sandbox, CHAT, { body })).status).toBe(404);
    expect((await ask(sandbox, CHAT, { body })).status).toBe(404);
  });
});

describe('a connection', () => {
  test('refuse: reset before a byte is read', async () => {
    const sandbox = await start({ faultSettings: { rules: ['refuse:1x'] } });
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect((await ask(sandbox, '/ai/assistants')).status).toBe(200);
    expect(sandbox.stats()).toMatchObject({
      requests: { list_assistants: 1 },
      faults: { 'connection/refuse': 1 },
    });
  });

  test('reset_idle: only one that is used again, and then nothing is stored', async () => {
    const sandbox = await start({ faultSettings: { rules: ['reset_idle:1'] } });
    const turn = (agent: Agent): Promise<Outcome> =>
      ask(sandbox, CHAT, { body: newTurn(sandbox, false), agent });
    const agent = keptAlive();
    expect((await turn(agent)).status).toBe(200);
    expect(await turn(agent)).toMatchObject(reset);
    expect((await turn(keptAlive())).status).toBe(200);
    expect(stored(sandbox)).toEqual([...ALL, ...ALL]);
  });

  test('reset_idle as a step of a script waits for a request it fits', async () => {
    const sandbox = await start({ faultSettings: { script: ['reset_idle', 'status_500_before'] } });
    const turn = (agent: Agent): Promise<Outcome> =>
      ask(sandbox, CHAT, { body: newTurn(sandbox, false), agent });
    const agent = keptAlive();
    expect((await turn(agent)).status).toBe(200);
    expect((await turn(keptAlive())).status).toBe(200);
    expect(await turn(agent)).toMatchObject(reset);
    expect((await turn(agent)).status).toBe(500);
  });
});

describe('a stall', () => {
  /** The outcome of a request that only ends when the sandbox closes, and the messages stored. */
  async function stalled(fault: string, arrived = ''): Promise<[Outcome, string[]]> {
    const sandbox = await start({ faultSettings: { script: [fault] } });
    const progress = deferred();
    let isOver = false;
    const onText = (seen: string): void => {
      if (seen === arrived) progress.resolve(undefined);
    };
    const asked = ask(sandbox, CHAT, { body: newTurn(sandbox, false), onText });
    void asked.then(() => (isOver = true));
    if (arrived !== '') await progress.promise;
    while (Object.keys(sandbox.stats().faults).length === 0) await ask(sandbox, '/ai/assistants');
    await ask(sandbox, '/ai/assistants');
    expect(isOver).toBe(false);
    const kept = stored(sandbox);
    await sandbox.close();
    return [await asked, kept];
  }

  test.each([
    ['stall_before', NOTHING],
    ['stall_after', ALL],
    ['late_reply_stall', ALL],
    ['late_turn_stall', ALL],
  ])('%s', async (fault, kept) => {
    expect(await stalled(fault)).toEqual([expect.objectContaining(reset), kept]);
  });

  test('stall_midway', async () => {
    const arrived = WHOLE.slice(0, 12);
    const [seen, kept] = await stalled('stall_midway@12', arrived);
    expect([seen, kept]).toEqual([expect.objectContaining(text(arrived, 'cut')), ALL]);
  });

  test('ends when the client leaves, and the sandbox goes on', async () => {
    const sandbox = await start({ faultSettings: { script: ['stall_before'] } });
    const leaving = new AbortController();
    const asked = ask(sandbox, CHAT, {
      body: newTurn(sandbox, false),
      signal: leaving.signal,
    });
    while (Object.keys(sandbox.stats().faults).length === 0) await ask(sandbox, '/ai/assistants');
    leaving.abort();
    expect((await asked).end).toBe('ABORT_ERR');
    expect((await ask(sandbox, CHAT, { body: newTurn(sandbox, false) })).status).toBe(200);
  });
});

describe('late', () => {
  test.each([
    ['late_reply_reset@700', ['user']],
    ['late_turn_reset@700', NOTHING],
    ['late_turn_504@700', NOTHING],
    ['late_reply_504@700', ['user']],
  ])('%s: the rest is stored after that time', async (fault, atOnce) => {
    const passed = deferred();
    const waits: number[] = [];
    const sleep = (ms: number): Promise<undefined> => {
      waits.push(ms);
      return passed.promise;
    };
    const faultSettings = { script: [fault] };
    const sandbox = await start({ clock: { ...stillClock(), sleep }, faultSettings });
    await ask(sandbox, CHAT, { body: newTurn(sandbox, false) });
    expect([waits, stored(sandbox)]).toEqual([[700], atOnce]);
    passed.resolve(undefined);
    await ask(sandbox, '/ai/assistants');
    expect(stored(sandbox)).toEqual(ALL);
  });
});

test('late, and the sandbox closes before', async () => {
  const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const faultSettings = { script: ['late_turn_reset', 'late_reply_reset'] };
  const sandbox = await start({ clock: { ...stillClock(), sleep }, faultSettings });
  for (const kept of [NOTHING, ['user']]) {
    await ask(sandbox, CHAT, { body: newTurn(sandbox, false) });
    expect(stored(sandbox)).toEqual(kept);
  }
  await sandbox.close();
  expect(stored(sandbox)).toEqual(['user']);
});

describe('other operations', () => {
  const create = (sandbox: Sandbox): Promise<Outcome> =>
    ask(sandbox, '/ai/conversations', { body: {}, headers: { 'idempotency-key': 'key' } });

  test.each(['reset_after', 'html_200_after', 'cut@3', 'status_503_after'])(
    '%s: a keyed creation that is repeated is the same one',
    async (fault) => {
      const faultSettings = { script: [`create_conversation/${fault}`] };
      const sandbox = await start({ faultSettings });
      await create(sandbox);
      const again = await create(sandbox);
      expect(again.headers['idempotent-replayed']).toEqual(['true']);
      expect(sandbox.stats().conversations.map(({ id }) => id)).toEqual([
        (JSON.parse(again.text) as { id: string }).id,
      ]);
    },
  );

  test.each(['reset_before', 'html_200_before', 'status_503_before'])(
    '%s: one that did not happen is not replayed',
    async (fault) => {
      const sandbox = await start({ faultSettings: { script: [`create_conversation/${fault}`] } });
      await create(sandbox);
      expect(sandbox.stats().conversations).toEqual([]);
      const again = await create(sandbox);
      expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, undefined]);
    },
  );

  test('any: an answer without a body can be slow and cut too', async () => {
    const sandbox = await start({
      faultSettings: { script: ['add_message/drip', 'add_message/cut'] },
    });
    const { conversation_id } = newTurn(sandbox, false);
    const path = `/ai/conversations/${conversation_id}/message`;
    const body = { role: 'user', content: 'hello' };
    expect(await ask(sandbox, path, { body })).toMatchObject(text(''));
    await ask(sandbox, path, { body });
    expect(sandbox.stats().conversations[0]?.turns).toEqual([{ text: 'hello', count: 2 }]);
  });
});

test('an assistant that retains no data refuses to chat, and answers as a fault', async () => {
  const turn = (sandbox: Sandbox) =>
    ask(sandbox, CHAT.replace('assistant-sandbox', 'assistant-sandbox-private'), {
      body: newTurn(sandbox, false),
    });
  expect(await turn(await start())).toMatchObject(error(400));
  const faultSettings = { rules: ['private_answers:1'] };
  expect(await turn(await start({ faultSettings }))).toMatchObject(text(WHOLE));
});

test('every fault of a turn is in a table here', () => {
  const tested = TURNS.map(([fault]) => nameOf(fault));
  const apart = [
    'refuse',
    'private_answers',
    'reset_idle',
    'oversized',
    'stall_before',
    'stall_after',
  ];
  const stalls = ['late_reply_stall', 'late_turn_stall', 'stall_midway'];
  const names = Object.keys({ ...TURN_KINDS, ...STATUS_KINDS, ...BODY_KINDS });
  expect([...new Set([...tested, ...apart, ...stalls])].toSorted()).toEqual(names.toSorted());
});

function nameOf(fault: string): string {
  return fault.replace(/@.*/, '');
}

/** All bytes that come in answer to a turn. */
function rawTurn(sandbox: Sandbox): Promise<string> {
  const body = JSON.stringify(newTurn(sandbox, false));
  const head = `POST /v2${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer KEY1\r\n`;
  const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
  socket.end(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  return streamText(socket);
}
