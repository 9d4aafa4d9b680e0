import { request, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Interceptor } from '../../src/sandbox/call.js';
import { splitReply } from '../../src/sandbox/operations/assistants.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { stillClock } from '../helpers/still-clock.js';
import { call, deferred, start } from './start.js';

const CHAT = '/ai/assistants/assistant-sandbox/chat';

function turn(sandbox: Sandbox, content: string, stream = true) {
  const { conversation } = sandbox.store.create('', {});
  const body = { conversation_id: conversation.id, content, stream };
  return { id: conversation.id, options: { method: 'POST', body } };
}

/** The texts stored in the one conversation there is. */
function stored(sandbox: Sandbox): (string | null)[] | undefined {
  return sandbox.store.list()[0]?.messages.map(({ text }) => text);
}

describe('a streamed reply', () => {
  test('is deltas and then the whole', async () => {
    const sandbox = await start();
    const answer = await call(sandbox, CHAT, turn(sandbox, 'I am Ada').options);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const words = ['Nice', ' to', ' meet', ' you,', ' Ada.', ' I', ' will', ' remember'];
    const deltas = [...words, ' your', ' name.'].map(
      (content) => `event: delta\ndata: ${JSON.stringify({ content })}\n\n`,
    );
    const whole = 'Nice to meet you, Ada. I will remember your name.';
    const done = `event: done\ndata: {"content":"${whole}","whatsapp_template":null}\n\n`;
    expect(answer.text).toBe(deltas.join('') + done);
  });

  test.each(['', ' a  b\n\n', 'x'.repeat(100), '🎉'.repeat(60), '日本語の長い文'.repeat(9)])(
    'joins to the same text: %j',
    (reply) => {
      expect(splitReply(reply).join('')).toBe(reply);
    },
  );

  test('takes its time before the first byte, and as long over its deltas', async () => {
    const clock = stillClock();
    const sandbox = await start({ clock, latencyMs: 500 });
    await call(sandbox, CHAT, turn(sandbox, 'I am Ada').options);
    expect(clock.sleeps).toEqual([500, ...Array<number>(10).fill(50)]);
  });

  test('saves up waits too short for a timer', async () => {
    const clock = stillClock();
    const sandbox = await start({ clock, latencyMs: 100 });
    await call(sandbox, CHAT, turn(sandbox, 'long reply of 1000 words').options);
    const [first, ...others] = clock.sleeps;
    expect(first).toBe(100);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(10);
    const total = others.reduce((sum, ms) => sum + ms, 0);
    expect(total).toBeGreaterThan(90);
    expect(total).toBeLessThanOrEqual(100);
  });

  test('is not streamed unless asked', async () => {
    const clock = stillClock();
    const sandbox = await start({ clock, latencyMs: 500 });
    const answer = await call(sandbox, CHAT, turn(sandbox, 'I am Ada', false).options);
    expect(answer.body).toEqual({ content: 'Nice to meet you, Ada. I will remember your name.' });
    expect(clock.sleeps).toEqual([500]);
  });

  test('stops when the client goes away; the turn stays', async () => {
    const stopped = deferred<string>();
    const clock = stillClock();
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
      if (ms > 400) return Promise.resolve();
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          const reason = signal.reason as Error;
          stopped.resolve(reason.message);
          reject(reason);
        });
      });
    };
    const sandbox = await start({ clock: { ...clock, sleep }, latencyMs: 500 });
    const { options } = turn(sandbox, 'I am Ada');
    const response = await post(sandbox, options.body);
    response.once('data', () => response.destroy());
    expect(await stopped.promise).toBe('The client went away.');
    expect(stored(sandbox)).toEqual(['I am Ada', expect.stringContaining('meet you, Ada')]);
  });
});

function post(sandbox: Sandbox, body: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer KEYtest' };
    request(sandbox.url + CHAT, { method: 'POST', headers }, resolve)
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

/** The part of a streamed turn that arrives, and whether it is complete. */
async function received(sandbox: Sandbox): Promise<[text: string, complete: boolean]> {
  const response = await post(sandbox, turn(sandbox, 'I am Ada').options.body);
  let text = '';
  response.on('data', (chunk: Buffer) => void (text += chunk.toString()));
  response.on('error', () => undefined);
  await new Promise((resolve) => response.once('close', resolve));
  return [text, response.complete];
}

describe('faults', () => {
  const TWO = 'event: delta\ndata: {"content":"Nice"}\n\nevent: delta\ndata: {"content":" to"}\n\n';

  test('before: nothing is stored', async () => {
    const sandbox = await start({ faultSettings: { rules: ['status_429_retry_after:1x'] } });
    const { options } = turn(sandbox, 'hello', false);
    const first = await call(sandbox, CHAT, options);
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '1']);
    expect(stored(sandbox)).toEqual([]);
    expect((await call(sandbox, CHAT, options)).status).toBe(200);
    expect(sandbox.requestCount('chat')).toBe(2);
  });

  test('after: the turn is stored and its answer lost', async () => {
    const sandbox = await start({ faultSettings: { rules: ['reset_after:1'] } });
    const { id, options } = turn(sandbox, 'hello', false);
    await expect(call(sandbox, CHAT, options)).rejects.toThrow('fetch failed');
    expect(sandbox.store.turnCount(id)).toBe(1);
    expect(stored(sandbox)).toHaveLength(2);
  });

  test('after: an answer that fails although the turn is stored', async () => {
    const sandbox = await start({ faultSettings: { rules: ['status_504_after:1'] } });
    const { id, options } = turn(sandbox, 'hello', false);
    expect((await call(sandbox, CHAT, options)).status).toBe(504);
    expect(sandbox.store.turnCount(id)).toBe(1);
  });

  test('a conversation whose creation was lost is the same one on a keyed retry', async () => {
    const rules = ['create_conversation/reset_after:1x'];
    const sandbox = await start({ faultSettings: { rules } });
    const headers = { 'idempotency-key': 'key' };
    const create = () => call(sandbox, '/ai/conversations', { method: 'POST', body: {}, headers });
    await expect(create()).rejects.toThrow('fetch failed');
    expect((await create()).headers.get('idempotent-replayed')).toBe('true');
    expect(sandbox.store.list()).toHaveLength(1);
  });

  test('a refused creation is not replayed on a keyed retry', async () => {
    const rules = ['create_conversation/status_503_before:1x'];
    const sandbox = await start({ faultSettings: { rules } });
    const headers = { 'idempotency-key': 'key' };
    const create = () => call(sandbox, '/ai/conversations', { method: 'POST', body: {}, headers });
    expect((await create()).status).toBe(503);
    expect((await create()).status).toBe(200);
  });

  test('after: only where something is stored', async () => {
    const rules = ['create_conversation/status_504_after:1'];
    const sandbox = await start({ faultSettings: { rules } });
    const create = async (body: object) =>
      (await call(sandbox, '/ai/conversations', { method: 'POST', body })).status;
    expect([await create({ name: 1 }), await create({})]).toEqual([422, 504]);
    expect(sandbox.store.list()).toHaveLength(1);
  });

  test('a stream cut after two deltas', async () => {
    const sandbox = await start({ faultSettings: { rules: [`cut@${TWO.length}:1`] } });
    expect(await received(sandbox)).toEqual([TWO, false]);
  });

  test('an error event after two deltas', async () => {
    const sandbox = await start({ faultSettings: { rules: ['error_event@2:1'] } });
    const [text, complete] = await received(sandbox);
    expect(complete).toBe(true);
    expect(text.startsWith(`${TWO}event: error\ndata: {"errors":[{"code":"500"`)).toBe(true);
    expect(text).not.toContain('event: done');
  });

  test('a failure of the sandbox itself is a 500, and the server lives', async () => {
    let requests = 0;
    const intercept: Interceptor = (call, run) => {
      if (++requests === 1) throw new Error('a bug');
      return run(call);
    };
    const sandbox = await start({ intercept });
    const first = await call(sandbox, '/ai/assistants');
    expect([first.status, first.body]).toMatchObject([500, { errors: [{ code: '500' }] }]);
    expect((await call(sandbox, '/ai/assistants')).status).toBe(200);
  });
});
