import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { ask, CHAT, newTurn } from './ask.js';
import { start } from './start.js';

interface Answer {
  status: number;
  body: unknown;
}

/** A request to the sandbox itself, without a key. */
async function control(sandbox: Sandbox, route: string, body?: unknown): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const url = sandbox.url.replace(/\/v2$/, path);
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...init });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const turn = (sandbox: Sandbox, content = 'hello') =>
  ask(sandbox, CHAT, { body: newTurn(sandbox, false, content) });

describe('PUT /_sandbox/seed', () => {
  test('makes many conversations at once, the last of which ends now', async () => {
    const sandbox = await start();
    const wanted = {
      conversations: 3,
      messages: 3,
      every_ms: 60_000,
      name: 'N',
      metadata: { a: 'b' },
    };
    const { status, body } = await control(sandbox, 'PUT /_sandbox/seed', wanted);
    const listed = sandbox.store.list();
    const ids = listed.map(({ conversation }) => conversation.id).reverse();
    expect({ status, body }).toEqual({ status: 200, body: { ids } });
    expect(listed.map(({ conversation }) => conversation)).toMatchObject([
      { name: 'N', metadata: { a: 'b' }, last_message_at: '2026-01-01T00:00:00.000Z' },
      { last_message_at: '2025-12-31T23:59:00.000Z' },
      { created_at: '2025-12-31T23:57:57.000Z', last_message_at: '2025-12-31T23:58:00.000Z' },
    ]);
    expect(listed[0]?.messages.map(({ role, text, sent_at }) => [role, text, sent_at])).toEqual([
      ['user', 'question 1', '2025-12-31T23:59:58.000Z'],
      ['assistant', 'answer 1', '2025-12-31T23:59:59.000Z'],
      ['user', 'question 2', '2026-01-01T00:00:00.000Z'],
    ]);
  });

  test.each([
    [{ conversations: 100_001 }],
    [{ messages: -1 }],
    [{ messages: 1.5 }],
    [{ every_ms: '1' }],
  ])('refuses %j', async (wanted) => {
    const sandbox = await start();
    expect((await control(sandbox, 'PUT /_sandbox/seed', wanted)).status).toBe(422);
    expect(sandbox.store.list()).toEqual([]);
  });
});

describe('PUT /_sandbox/faults', () => {
  test('takes a script', async () => {
    const sandbox = await start();
    const answer = await control(sandbox, 'PUT /_sandbox/faults', {
      script: ['status_500_before', 'none', 'status_502_before'],
    });
    expect(answer).toEqual({ status: 200, body: { seed: 0 } });
    const statuses = [];
    for (let count = 0; count < 4; count++) statuses.push((await turn(sandbox)).status);
    expect(statuses).toEqual([500, 200, 502, 200]);
  });

  test('takes rules and a seed in place of those before; the seed stays', async () => {
    const sandbox = await start({ faultSettings: { rules: ['status_500_before:1'], seed: 4 } });
    expect((await turn(sandbox)).status).toBe(500);
    const rules = ['status_502_before:1'];
    const answer = await control(sandbox, 'PUT /_sandbox/faults', { rules });
    expect(answer.body).toEqual({ seed: 4 });
    expect((await turn(sandbox)).status).toBe(502);
    expect((await control(sandbox, 'PUT /_sandbox/faults', { seed: 9 })).body).toEqual({ seed: 9 });
    expect((await turn(sandbox)).status).toBe(200);
  });

  test.each([
    [{ script: ['nonsense'] }, { errors: [{ detail: expect.stringContaining('"nonsense"') }] }],
    [{ rules: ['cut'] }, { errors: [{ detail: expect.stringContaining('give a share') }] }],
    [{ script: 'cut' }, { detail: [{ loc: ['body', 'script'] }] }],
    [{ seed: 'x' }, { detail: [{ loc: ['body', 'seed'] }] }],
    [undefined, { detail: [{ loc: ['body'], type: 'missing' }] }],
  ])('refuses %j, and the faults stay', async (body, error) => {
    const sandbox = await start({ faultSettings: { rules: ['status_500_before:1'] } });
    const answer = await control(sandbox, 'PUT /_sandbox/faults', body);
    expect(answer).toMatchObject({ status: 422, body: error });
    expect((await turn(sandbox)).status).toBe(500);
  });

  test('in the process: setFaults', async () => {
    const sandbox = await start();
    sandbox.setFaults({ script: ['status_409'] });
    expect((await turn(sandbox)).status).toBe(409);
    expect(() => sandbox.setFaults({ script: ['nonsense'] })).toThrow('bad fault "nonsense"');
  });
});

describe('GET /_sandbox/stats', () => {
  test('counts what is stored, whatever was seen of it', async () => {
    const sandbox = await start({ faultSettings: { rules: ['reset_after:1', 'no_retention:1'] } });
    const body = newTurn(sandbox, false, 'twice');
    await ask(sandbox, CHAT, { body });
    await ask(sandbox, CHAT, { body });
    await ask(sandbox, CHAT, { body: { ...body, content: 'once' } });
    const { body: stats } = await control(sandbox, 'GET /_sandbox/stats');
    const time: unknown = expect.stringMatching(/^2026-.*Z$/);
    const reply = { role: 'assistant', text: expect.any(String) as string, created_at: time };
    const twice = { role: 'user', text: 'twice', created_at: time };
    expect(stats).toEqual({
      seed: 0,
      requests: { chat: 3 },
      faults: { 'chat/reset_after': 3 },
      conversations: [
        {
          id: body.conversation_id,
          turns: [
            { text: 'twice', count: 2 },
            { text: 'once', count: 1 },
          ],
          messages: [twice, reply, twice, reply, { ...twice, text: 'once' }, reply],
          sends: ['twice', 'twice', 'once'].map((text) => ({
            text,
            at: time,
            fault: 'reset_after',
          })),
        },
      ],
    });
    expect(sandbox.stats()).toEqual(stats);
  });
});

describe('POST /_sandbox/reset', () => {
  test('is as if it had just started', async () => {
    const sandbox = await start({ faultSettings: { rules: ['status_500_before:1x'], seed: 3 } });
    const fresh = sandbox.stats();
    const headers = { 'idempotency-key': 'key', authorization: 'Bearer KEY1' };
    const create = async (): Promise<unknown> => {
      const url = `${sandbox.url}/ai/conversations`;
      const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
      return [answer.status, answer.headers.get('idempotent-replayed')];
    };
    const round = async (): Promise<unknown[]> => [
      (await turn(sandbox)).status,
      (await turn(sandbox)).status,
      await create(),
    ];
    expect(await round()).toEqual([500, 200, [200, null]]);
    sandbox.setFaults({ rules: ['status_502_before:1'], seed: 8 });
    expect(await control(sandbox, 'POST /_sandbox/reset')).toEqual({
      status: 204,
      body: undefined,
    });
    expect(sandbox.stats()).toEqual(fresh);
    expect(await round()).toEqual([500, 200, [200, null]]);
  });
});

test.each(['GET /_sandbox/', 'GET /_sandbox/faults', 'POST /_sandbox/stats', 'GET /_sandbox/x'])(
  'there is no %s',
  async (route) => {
    const { status, body } = await control(await start(), route);
    expect([status, body]).toMatchObject([
      404,
      { errors: [{ detail: expect.stringContaining('PUT /_sandbox/faults') as string }] },
    ]);
  },
);

test('the control routes take no part in faults and counts', async () => {
  const sandbox = await start({ faultSettings: { rules: ['any/reset_before:1'] } });
  await control(sandbox, 'GET /_sandbox/stats');
  expect(sandbox.stats()).toMatchObject({ requests: {}, faults: {} });
});
