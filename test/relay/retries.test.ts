import { describe, expect, test } from 'vitest';
import { realClock } from '../helpers/real-clock.js';
import { chatAnswering } from '../helpers/answering-server.js';
import { eventsIn, post, serve, serveSandbox, upstream } from '../helpers/relay.js';

const EVENTS = { accept: 'text/event-stream' };

describe('a request with an Idempotency-Key', () => {
  const keyed = { 'idempotency-key': 'key-1' };

  test('is run once; its answer is given again, in either form', async () => {
    const relay = await serveSandbox();
    const first = await post(relay, { message: 'hello' }, keyed);
    const again = await post(relay, { message: 'hello' }, keyed);
    const streamed = await post(relay, { message: 'hello' }, { ...keyed, ...EVENTS });
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([200, null]);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(eventsIn(streamed.text)).toEqual([['done', first.body]]);
    expect(relay.sandbox.requestCount('chat')).toBe(1);
  });

  test('and another body is refused', async () => {
    const relay = await serveSandbox();
    await post(relay, { message: 'hello' }, keyed);
    const other = await post(relay, { message: 'bye' }, keyed);
    expect([other.status, other.body]).toEqual([
      422,
      { error: 'This Idempotency-Key was used for another request' },
    ]);
  });

  test('that is still running is refused for now', async () => {
    const { url, answer, asked } = await heldChat();
    const relay = await serve([], { env: upstream(url) });
    const first = post(relay, { message: 'hello' }, keyed);
    await asked;
    const again = await post(relay, { message: 'hello' }, keyed);
    answer();
    expect([again.status, again.headers.get('retry-after'), again.body]).toEqual([
      409,
      '1',
      { error: 'A request with this Idempotency-Key is in progress' },
    ]);
    expect((await first).status).toBe(200);
    const { stderr } = await relay.stop();
    expect(stderr).not.toContain('"replayed"');
  });

  test('is finished for a caller who left and asks again', async () => {
    const { url, answer, asked } = await heldChat();
    const relay = await serve([], { env: upstream(url) });
    const leaving = new AbortController();
    const first = fetch(`${relay.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...keyed },
      body: '{"message":"hello"}',
      signal: leaving.signal,
    });
    await asked;
    leaving.abort();
    await expect(first).rejects.toThrow();
    answer();
    let again = await post(relay, '{"message":"hello"}', keyed);
    while (again.status === 409) again = await post(relay, '{"message":"hello"}', keyed);
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([
      200,
      { conversation_id: 'conversation-1', reply: 'hi' },
      'true',
    ]);
  });

  test('that was refused upstream is run again', async () => {
    const relay = await serveSandbox([], {
      sandbox: { faultSettings: { rules: ['chat/status_429:3x'], seed: 1 } },
    });
    const { status } = await post(relay, { message: 'hello' }, keyed);
    const again = await post(relay, { message: 'hello' }, keyed);
    expect([status, again.status, relay.sandbox.requestCount('chat')]).toEqual([429, 200, 4]);
  });

  test('whose turn may have been run is not run again', async () => {
    let turns = 0;
    const url = await chatAnswering(() => {
      turns++;
    });
    const relay = await serve(['--timeout', '2'], { env: upstream(url), clock: realClock(10) });
    const first = await post(relay, { message: 'hello' }, keyed);
    const again = await post(relay, { message: 'hello' }, keyed);
    expect([first.status, again.status, again.text, turns]).toEqual([504, 504, first.text, 1]);
  });

  test.each([' ', 'a b', 'x'.repeat(256), 'ä'])('%j is none', async (key) => {
    const relay = await serve([], { env: upstream('http://127.0.0.1:9') });
    const { status, body } = await post(relay, { message: 'hello' }, { 'idempotency-key': key });
    expect([status, body]).toEqual([400, { error: 'Invalid Idempotency-Key' }]);
  });

  test('is its caller’s own', async () => {
    const relay = await serveSandbox([], {
      env: { TELNYX_CHAT_TOKEN: 'ada:secret-1, bob:secret-2' },
    });
    const as = (token: string) => ({ ...keyed, authorization: `Bearer ${token}` });
    const ada = await post(relay, { message: 'hello' }, as('secret-1'));
    const bob = await post(relay, { message: 'hello' }, as('secret-2'));
    expect([ada.status, bob.status, bob.text === ada.text]).toEqual([200, 200, false]);
  });
});

/** An API whose chat answers `hi` when told. */
async function heldChat() {
  let answer: () => void = () => undefined;
  let isAsked: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => void (isAsked = resolve));
  const url = await chatAnswering((response) => {
    answer = () => response.setHeader('content-type', 'application/json').end('{"content":"hi"}');
    isAsked();
  });
  return { url, asked, answer: () => answer() };
}
