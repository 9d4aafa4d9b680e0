import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { ask, CHAT, keptAlive, newTurn, stored, type Outcome } from './ask.js';
import { start } from './start.js';

const NOTHING: string[] = [];
const ALL = ['user', 'assistant'];
const REPLY = 'Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do.';
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

/** What a client sees of a turn that is not streamed, and what is stored then. */
const TURNS: [fault: string, outcome: object, kept: string[]][] = [
  ['reset_before', reset, NOTHING],
  ['reset_after', reset, ALL],
  ['error_event', error(500), ALL],
  ['late_reply_reset', reset, ALL],
  ['late_reply_504', error(504), ALL],
  ['late_turn_reset', reset, ALL],
  ['late_turn_504', error(504), ALL],
  ['status_408_before', error(408), NOTHING],
  ['status_408_after', error(408), ALL],
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
  ['content_length_short', { end: 'HPE_INVALID_CONSTANT' }, ALL],
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
  ['duplicate_content_length', { end: 'HPE_UNEXPECTED_CONTENT_LENGTH' }, ALL],
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
    const [name] = fault.split('@');
    expect(sandbox.stats().faults).toEqual({ [`chat/${name}`]: 1 });
    const next = await ask(sandbox, CHAT, { body: newTurn(sandbox, false) });
    expect(next).toMatchObject(text(WHOLE));
  });
});
