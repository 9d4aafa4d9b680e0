import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { UnreadAnswers } from '../../src/relay/http/unread-answers.js';
import { CALLER_BOUNDS } from '../../src/relay/server.js';
import { boundedRelay } from '../helpers/bounded-relay.js';
import { manualClock } from '../helpers/manual-clock.js';
import { post } from '../helpers/relay.js';

/** More than a system keeps for a reader. */
const LONG = 'x'.repeat(8_000_000);
const BOUNDS = { ...CALLER_BOUNDS, unreadBytes: 4_000_000 };
const TOKEN = 'token-of-the-readers';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
const READERS = ['first', 'second', 'third'];

/** A caller who takes the beginning of the answer, and then nothing. */
async function stalledReader(url: string, key: string, accept: string): Promise<Socket> {
  const body = '{"message":"hello"}';
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write(
    `POST /chat HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nIdempotency-Key: ${key}\r\nAccept: ${accept}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => {
    socket.once('data', (piece) => {
      socket.pause();
      resolve(piece);
    });
  });
  return socket;
}

/** Whether the rest of the answer comes. */
function isWhole(socket: Socket): Promise<boolean> {
  let size = 0;
  return new Promise((resolve) => {
    socket.on('close', () => resolve(false));
    socket.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > LONG.length - 1_000_000) resolve(true);
    });
    socket.resume();
  });
}

async function cutOff(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: AUTHORIZATION })).text();
  return Number(/^telnyx_chat_slow_readers_cut_off_total (\d+)$/m.exec(text)?.[1]);
}

test.each(['application/json', 'text/event-stream'])(
  'when too much of %s waits for slow readers, the slowest are cut off, and their turns are finished',
  async (accept) => {
    const { url } = await boundedRelay(BOUNDS, LONG, {
      tokens: [{ name: 'app', secret: TOKEN }],
    });
    const sockets = [];
    for (const key of READERS) sockets.push(await stalledReader(url, key, accept));
    await vi.waitFor(async () => expect(await cutOff(url)).toBe(2), { timeout: 20_000 });

    const whole = await Promise.all(sockets.map(isWhole));
    expect(whole.filter(Boolean)).toEqual([true]);

    for (const key of READERS) {
      const headers = { ...AUTHORIZATION, 'idempotency-key': key };
      const { headers: replayed, body } = await post({ url }, { message: 'hello' }, headers);
      expect(replayed.get('idempotent-replayed')).toBe('true');
      expect(body).toEqual({ conversation_id: 'c-1', reply: LONG });
    }
  },
  60_000,
);

test.each(['application/json', 'text/event-stream'])(
  'readers that take a long answer (%s) one piece after another are not cut off, however much waits for them',
  async (accept) => {
    const { url } = await boundedRelay(BOUNDS, LONG, {
      tokens: [{ name: 'app', secret: TOKEN }],
    });
    const sockets = await Promise.all(READERS.map((key) => stalledReader(url, key, accept)));
    for (const socket of sockets) {
      socket.on('data', () => {
        socket.pause();
        setTimeout(() => socket.resume(), 1);
      });
    }
    expect(await Promise.all(sockets.map(isWhole))).toEqual([true, true, true]);
    expect(await cutOff(url)).toBe(0);
  },
  60_000,
);

test.each([
  { name: 'one that takes nothing may go on for a while', bytes: 30, ms: 1_999, left: [0, 1, 2] },
  { name: 'after that it is cut off', bytes: 30, ms: 2_001, left: [1, 2] },
  { name: 'above the second bound at once', bytes: 60, ms: 0, left: [1, 2] },
  { name: 'below the first bound never', bytes: 20, ms: 60_000, left: [0, 1, 2] },
])('$name', async ({ bytes, ms, left }) => {
  const clock = manualClock();
  const unread = new UnreadAnswers({ unreadBytes: 75, maxUnreadBytes: 150 }, clock);
  const responses = Array.from(
    { length: 3 },
    () => new ServerResponse(new IncomingMessage(new Socket())),
  );
  const [first, ...others] = responses;
  const wait = (response: ServerResponse) => void unread.taken({ response }, bytes);
  if (first) wait(first);
  await clock.advance(ms);
  others.forEach(wait);
  expect([0, 1, 2].filter((each) => !responses[each]?.destroyed)).toEqual(left);
});
