import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ReadBudget } from '../../src/api/read-budget.js';
import { recordingServer } from '../helpers/recording-server.js';
import { post, serve, upstream, type Posted } from '../helpers/relay.js';

/** Four of these are more than is read at once, and all together are less than may wait for slow readers. */
const REPLY = 'x'.repeat(3_000_000);
const LONG_TURNS = 5;
const STALLED = 2;
const TOKEN = 'token-of-the-readers';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
const SLOW = { timeout: 20_000 };

/** An assistant whose reply to `long` lacks its end until it is told to finish, and to others is at once `short`. */
async function longReplies() {
  const pending: ServerResponse[] = [];
  const texts: string[] = [];
  const { url } = await recordingServer((response, request) => {
    response.setHeader('content-type', 'application/json');
    if (!request.url.endsWith('/chat')) return void response.end('{"data":{}}');
    const { content } = JSON.parse(request.body) as { content: string };
    texts.push(content);
    if (content !== 'long') return void response.end('{"content":"short"}');
    response.write(`{"content":"${REPLY}`);
    pending.push(response);
  });
  const finish = (): void => {
    for (const response of pending.splice(0)) response.end('"}');
  };
  const finishAll = (): void => {
    const finishing = setInterval(finish, 20);
    onTestFinished(() => clearInterval(finishing));
  };
  return { url: `${url}/v2`, texts, finishAll };
}

/** A relay in which long replies wait to be read, because others have not come to their end. */
async function crowdedRelay() {
  const assistant = await longReplies();
  const relay = await serve(['--token', TOKEN], { env: upstream(assistant.url) });
  const asked = vi.spyOn(ReadBudget.prototype, 'mayGoOn');
  onTestFinished(() => asked.mockRestore());
  const ask = (message: string, id: string, headers = {}): Promise<Posted> =>
    post(relay, { message, conversation_id: id }, { ...AUTHORIZATION, ...headers });
  const long = Array.from({ length: LONG_TURNS }, (_, index) => ask('long', `c-${index}`));
  await vi.waitFor(() => expect(asked).toHaveReturnedWith(false), SLOW);
  await inFlight(relay.url, LONG_TURNS);
  return { ...assistant, relay, ask, long };
}

/** A turn whose answer is not read. */
function waiting(
  url: string,
  id: string,
  { key = '', accept = '*/*', message = 'short' } = {},
): Socket {
  const body = JSON.stringify({ message, conversation_id: id });
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  const keyLine = key && `Idempotency-Key: ${key}\r\n`;
  socket.write(
    `POST /chat HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nAccept: ${accept}\r\n${keyLine}Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

/** Resolves when so many turns run or wait. */
async function inFlight(url: string, count: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(await metricsOf(url)).toContain(`telnyx_chat_turns_in_flight ${count}\n`);
  }, SLOW);
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: AUTHORIZATION })).text();
}

const isLong = ({ status, body }: Posted): boolean =>
  status === 200 && (body as { reply: string }).reply.length === REPLY.length;

test('while long replies wait to be read, a turn that comes is not sent, and its caller may leave', async () => {
  const { relay, texts, ask, long, finishAll } = await crowdedRelay();
  const before = texts.length;
  const gone = waiting(relay.url, 'c-gone', { message: 'gone' });
  await inFlight(relay.url, LONG_TURNS + 1);
  gone.destroy();
  await inFlight(relay.url, LONG_TURNS);
  const kept = ask('kept', 'c-kept', { 'idempotency-key': 'kept' });
  await inFlight(relay.url, LONG_TURNS + 1);
  expect(texts).toHaveLength(before);
  const metrics = await metricsOf(relay.url);
  expect(metrics).toContain('\ntelnyx_chat_turns_waiting 0\n');
  expect(metrics).toContain('\ntelnyx_chat_turns_held 1\n');

  finishAll();
  expect((await Promise.all(long)).filter(isLong)).toHaveLength(LONG_TURNS);
  expect(await kept).toMatchObject({ status: 200, body: { reply: 'short' } });
  const again = await ask('kept', 'c-kept', { 'idempotency-key': 'kept' });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(texts.slice(before).filter((each) => each !== 'long')).toEqual(['kept']);
}, 60_000);

test('a keyed turn that waits is run and recorded though its caller has left', async () => {
  const { relay, texts, ask, long, finishAll } = await crowdedRelay();
  const before = texts.length;
  const gone = waiting(relay.url, 'c-keyed', { key: 'keyed', message: 'keyed' });
  await inFlight(relay.url, LONG_TURNS + 1);
  gone.destroy();
  finishAll();
  await Promise.all(long);
  await inFlight(relay.url, 0);
  const again = await ask('keyed', 'c-keyed', { 'idempotency-key': 'keyed' });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(texts.slice(before).filter((each) => each !== 'long')).toEqual(['keyed']);
}, 60_000);

test('turns of one conversation that wait are sent in their order', async () => {
  const { relay, texts, ask, long, finishAll } = await crowdedRelay();
  const before = texts.length;
  const asked = [];
  for (const message of ['one', 'two', 'three']) {
    asked.push(ask(message, 'c-ordered'));
    await inFlight(relay.url, LONG_TURNS + asked.length);
  }
  finishAll();
  await Promise.all([...long, ...asked]);
  expect(texts.slice(before).filter((each) => each !== 'long')).toEqual(['one', 'two', 'three']);
}, 60_000);

test('draining finishes the turns that wait', async () => {
  const { relay, ask, long, finishAll } = await crowdedRelay();
  const last = ask('last', 'c-last');
  await inFlight(relay.url, LONG_TURNS + 1);
  const stopped = relay.stop();
  finishAll();
  expect((await Promise.all(long)).filter(isLong)).toHaveLength(LONG_TURNS);
  expect(await last).toMatchObject({ status: 200, body: { reply: 'short' } });
  expect(await stopped).toMatchObject({ code: 0 });
}, 60_000);

test.each(['application/json', 'text/event-stream'])(
  'readers that take nothing (%s) keep neither other turns nor those of their conversations waiting',
  async (accept) => {
    const { relay, ask, long, finishAll } = await crowdedRelay();
    for (let index = 0; index < STALLED; index++) {
      waiting(relay.url, `c-${index}`, { accept, message: 'long' });
    }
    await inFlight(relay.url, LONG_TURNS + STALLED);
    const next = ask('next', 'c-0');
    await inFlight(relay.url, LONG_TURNS + STALLED + 1);
    finishAll();
    expect((await Promise.all(long)).filter(isLong)).toHaveLength(LONG_TURNS);
    expect(await next).toMatchObject({ status: 200, body: { reply: 'short' } });
  },
  60_000,
);
