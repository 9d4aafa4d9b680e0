import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { CALLER_BOUNDS } from '../../src/relay/server.js';
import { boundedRelay } from '../helpers/bounded-relay.js';
import { post } from '../helpers/relay.js';

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
