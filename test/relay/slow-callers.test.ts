import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect, test, onTestFinished, vi } from 'vitest';
import { BodyReader } from '../../src/relay/http/read-body.js';
import { UnreadAnswers } from '../../src/relay/http/unread-answers.js';
import { CALLER_BOUNDS } from '../../src/relay/server.js';
import { boundedRelay } from '../helpers/bounded-relay.js';
import { manualClock } from '../helpers/manual-clock.js';
import { post } from '../helpers/relay.js';

const MIB = Buffer.alloc(1024 * 1024, 'x');

/** A request that sends these pieces. */
function sender(...pieces: Buffer[]) {
  const request = Object.assign(Readable.from(pieces), { headers: {}, socket: { writable: true } });
  return {
    request: request as unknown as IncomingMessage,
    response: {} as unknown as ServerResponse,
    expectsContinue: false,
  };
}

test('bodies in use are bounded together, 64 MiB of them, until they are released', async () => {
  const bodies = new BodyReader();
  const all = Array.from({ length: 64 }, () => bodies.read(sender(MIB)));
  const [first] = await Promise.all(all);
  const refused = { status: 503, headers: { 'retry-after': '1' } };
  await expect(bodies.read(sender(Buffer.from('x')))).rejects.toMatchObject(refused);
  bodies.release(first!);
  await expect(bodies.read(sender(MIB.subarray(1), Buffer.from('y')))).resolves.toHaveLength(
    MIB.length,
  );
  await expect(bodies.read(sender(Buffer.from('x')))).rejects.toMatchObject(refused);
});

test('a body that is refused holds nothing', async () => {
  const bodies = new BodyReader();
  for (let count = 0; count < 66; count++) {
    await expect(bodies.read(sender(MIB, Buffer.from('x')))).rejects.toMatchObject({ status: 413 });
  }
  await expect(bodies.read(sender(MIB))).resolves.toHaveLength(MIB.length);
});

const HEAD = 'POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const TOO_SLOW = { error: 'Request took too long' };

/** A connection that sends its bytes one by one, as long as it may. */
class SlowSender {
  readonly #socket: Socket;
  /** What came back until the other side ended it. */
  readonly ended: Promise<string>;

  constructor(url: string, atOnce: string, dripped: string) {
    this.#socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.#socket.on('error', () => undefined);
    if (atOnce !== '') this.#socket.write(atOnce);
    this.#drip(dripped);
    this.ended = new Promise((resolve) => {
      let text = '';
      this.#socket.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
      this.#socket.on('close', () => resolve(text));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === 'open';
  }

  #drip(text: string): void {
    if (text === '') return;
    let at = 0;
    const timer = setInterval(() => this.#socket.write(text[at++ % text.length] ?? ''), 100);
    this.#socket.on('close', () => clearInterval(timer));
  }
}

const KINDS = {
  headers: ['', `${HEAD}X-Slow: ${'x'.repeat(1_000)}`],
  body: [`${HEAD}Content-Length: 100000\r\n\r\n`, 'x'],
  chunks: [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'],
  idle: ['', ''],
  kept: ['GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n', ''],
};

/** Opens 1,000 slow senders to a relay with these bounds, and asks it as a good caller. */
async function attacked(bounds: typeof CALLER_BOUNDS) {
  const { url } = await boundedRelay(bounds, 'hi');
  const startedAt = performance.now();
  const senders = Object.entries(KINDS).map(([kind, [atOnce = '', dripped = '']]) => ({
    kind,
    all: Array.from({ length: 200 }, () => new SlowSender(url, atOnce, dripped)),
  }));
  const all = senders.flatMap((each) => each.all);
  const openCount = (): number => all.filter(({ isOpen }) => isOpen).length;
  await expect.poll(openCount, { timeout: 60_000 }).toBe(1_000);
  const statuses = new Set<number>();
  for (let count = 0; count < 20; count++)
    statuses.add((await post({ url }, { message: 'hello' })).status);
  expect([[...statuses], openCount()]).toEqual([[200], 1_000]);
  return { url, senders, tookMs: performance.now() - startedAt };
}

/** Bounds that outlast the good caller, however busy the machine is. */
async function bounds(): Promise<typeof CALLER_BOUNDS> {
  const { senders, tookMs } = await attacked(CALLER_BOUNDS);
  for (const sender of senders.flatMap(({ all }) => all)) sender.close();
  const headersMs = Math.max(5_000, Math.ceil(4 * tookMs));
  const requestMs = headersMs + 1_000;
  const others = { checkMs: 50, keepAliveMs: headersMs, stalledMs: requestMs };
  return { ...CALLER_BOUNDS, headersMs, requestMs, ...others };
}

test('1,000 slow senders end by their bounds, and a good caller is served meanwhile', async () => {
  const { url, senders } = await attacked(await bounds());
  for (const { kind, all: ofKind } of senders) {
    const answers = new Set(
      (await Promise.all(ofKind.map(({ ended }) => ended))).map((text) =>
        text === '' ? 'nothing' : `${text.slice(9, 12)} ${text.split('\r\n\r\n')[1]}`,
      ),
    );
    const expected = kind === 'kept' ? '200 {"status":"ok"}' : `408 ${JSON.stringify(TOO_SLOW)}`;
    expect([kind, [...answers]]).toEqual([kind, [expected]]);
  }
  expect((await post({ url }, { message: 'hello' })).status).toBe(200);
}, 180_000);

test('the bounds of a relay for the internet are no longer than a slow network needs', () => {
  const { headersMs, requestMs, checkMs, keepAliveMs } = CALLER_BOUNDS;
  expect(headersMs + checkMs).toBeLessThan(requestMs);
  expect(requestMs + checkMs).toBeLessThanOrEqual(60_000);
  // A load balancer that keeps connections for its usual 60 s must be the one who closes.
  expect(keepAliveMs).toBeGreaterThan(60_000);
});

/** More than a system keeps for a reader. */
const HUGE = 'x'.repeat(32_000_000);
/** Longer than a busy machine keeps the slow reader from its next piece. */
const STALLED_MS = 2_000;

/** A caller who asks, and takes nothing of the answer yet. */
function asking(url: string, accept: string): Socket {
  const body = '{"message":"hello"}';
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write(
    `POST /chat HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

/** How much comes until the connection ends, or as much as is wanted has come. */
function received(socket: Socket, wanted: number): Promise<number> {
  let size = 0;
  return new Promise((resolve) => {
    socket.on('close', () => resolve(size));
    socket.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size >= wanted) resolve(size);
    });
  });
}

test.each(['application/json', 'text/event-stream'])(
  'who takes nothing of a long answer (%s) is given up, who takes it slowly is not',
  async (accept) => {
    const { url } = await boundedRelay({ ...CALLER_BOUNDS, stalledMs: STALLED_MS }, HUGE);
    const gone = asking(url, accept);
    const slow = asking(url, accept);
    let size = 0;
    const whole = new Promise((resolve, reject) => {
      slow.on('close', () => reject(new Error(`cut after ${size} bytes`)));
      // Some megabytes within the bound: the system tells of no fewer.
      slow.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > HUGE.length) resolve(undefined);
        slow.pause();
        setTimeout(() => slow.resume(), 5);
      });
    });
    slow.resume();
    await whole;
    expect(await received(gone.resume(), HUGE.length)).toBeLessThan(HUGE.length);
  },
  60_000,
);

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
