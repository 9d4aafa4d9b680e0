import type { Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/api/http.js';
import { ReadBudget } from '../../src/api/read-budget.js';
import { createUndiciTransport } from '../../src/api/undici-transport.js';
import { all } from '../helpers/api-client.js';
import { failureOf } from '../helpers/failure.js';
import { socketServer } from '../helpers/socket-server.js';
import { stillClock } from '../helpers/still-clock.js';

const MAX_BYTES = 64 * 1024;
/** More than the system keeps of a body that is not read. */
const LONG = 8_000_000;
/** So many of them are read whatever their length. */
const ALWAYS_READ = 4;
/** The last byte of it is held back too. */
const SHORT_AND_SILENT = 1_000;
const head = (length: number) => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`;

interface Sender {
  /** Sends the last byte, which is held back until then. */
  finish(): void;
  socket: Socket;
}

/** A transport to a server whose paths are the lengths of its bodies; of a long one the last byte is held back. */
async function transportWithBudget() {
  const senders: Sender[] = [];
  const { url } = await socketServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      const length = Number(/^\S+ \/(\d+)/.exec(bytes.toString())?.[1]);
      const isWhole = length !== LONG && length !== SHORT_AND_SILENT;
      socket.write(head(length) + 'x'.repeat(isWhole ? length : length - 1));
      if (length === LONG) senders.push({ socket, finish: () => void socket.write('x') });
    });
  });
  const budget = new ReadBudget(MAX_BYTES);
  const transport = createUndiciTransport({
    ...{ baseUrl: url, proxy: undefined, clock: stillClock(), budget },
  });
  onTestFinished(() => transport.close());
  const request = (length: number, more: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    transport.request({
      ...{ method: 'GET', path: `/${length}`, headers: {} },
      signal: new AbortController().signal,
      timeouts: { connectMs: 10_000, silenceMs: 60_000, totalMs: 60_000 },
      ...more,
    });
  const lengthOf = async (response: Promise<HttpResponse>): Promise<number> =>
    Buffer.concat(await all((await response).body)).length;
  return { budget, senders, request, lengthOf };
}

/** Resolves when the bodies that came first are there but for their last bytes, and another one waits. */
async function firstAreRead(budget: ReadBudget): Promise<void> {
  await vi.waitFor(
    () => {
      expect(budget.bytes).toBeGreaterThan(ALWAYS_READ * (LONG - 1));
      expect(budget.isCrowded).toBe(true);
    },
    { timeout: 20_000, interval: 5 },
  );
}

/** `count` long bodies, asked for one after the other, so that their order is known. */
async function longBodies(
  count: number,
  { budget, request }: Awaited<ReturnType<typeof transportWithBudget>>,
): Promise<Promise<number>[]> {
  const lengths: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    const before = budget.bytes;
    const { body } = await request(LONG);
    lengths.push(all(body).then((pieces) => Buffer.concat(pieces).length));
    await vi.waitFor(() => expect(budget.bytes).toBeGreaterThan(before), { interval: 1 });
  }
  return lengths;
}

test('of many long bodies, few bytes are held at once, and each comes whole and in its turn', async () => {
  const parts = await transportWithBudget();
  const { budget, senders } = parts;
  const ended: number[] = [];
  const lengths = (await longBodies(12, parts)).map(async (length, index) => {
    expect(await length).toBe(LONG);
    ended.push(index);
  });
  for (let index = 0; index < senders.length; index++) {
    if (index + ALWAYS_READ < senders.length) await firstAreRead(budget);
    // Those that wait have sent no more than their first pieces.
    expect(budget.bytes).toBeLessThan(ALWAYS_READ * LONG + MAX_BYTES + 12 * 40 * 1024);
    senders[index]?.finish();
    await lengths[index];
  }
  expect(ended).toEqual([...ended.keys()]);
  expect([budget.bytes, budget.isCrowded]).toEqual([0, false]);
}, 60_000);

test('a short body is read while long ones wait', async () => {
  const parts = await transportWithBudget();
  const lengths = await longBodies(ALWAYS_READ + 2, parts);
  await firstAreRead(parts.budget);
  expect(await parts.lengthOf(parts.request(2_000))).toBe(2_000);
  expect(parts.budget.isCrowded).toBe(true);
  for (const { finish } of parts.senders) finish();
  expect(await Promise.all(lengths)).toEqual(lengths.map(() => LONG));
}, 60_000);

test.each<[string, string, (stop: AbortController) => Partial<HttpRequest>]>([
  ['a signal', 'interrupted', ({ signal }) => ({ signal })],
  [
    'its deadline',
    'timeout',
    () => ({ timeouts: { connectMs: 10_000, silenceMs: 60_000, totalMs: 300 } }),
  ],
])(
  'a body that waits is given up by %s',
  async (_, kind, more) => {
    const parts = await transportWithBudget();
    const lengths = await longBodies(ALWAYS_READ, parts);
    await vi.waitFor(() => expect(parts.budget.bytes).toBe(ALWAYS_READ * (LONG - 1)), {
      timeout: 20_000,
    });
    const stop = new AbortController();
    const { body } = await parts.request(LONG, more(stop));
    const failed = failureOf(all(body));
    await vi.waitFor(() => expect(parts.budget.isCrowded).toBe(true), { interval: 1 });
    stop.abort();
    expect(await failed).toMatchObject({ kind, delivery: 'unknown' });
    expect(parts.budget.isCrowded).toBe(false);
    expect(parts.budget.bytes).toBe(ALWAYS_READ * (LONG - 1));
    for (const { finish } of parts.senders) finish();
    expect(await Promise.all(lengths)).toEqual(lengths.map(() => LONG));
  },
  60_000,
);

test('silence does not count while a body waits for others', async () => {
  const parts = await transportWithBudget();
  const lengths = await longBodies(ALWAYS_READ, parts);
  await vi.waitFor(() => expect(parts.budget.bytes).toBe(ALWAYS_READ * (LONG - 1)), {
    timeout: 20_000,
  });
  const timeouts = { connectMs: 10_000, silenceMs: 100, totalMs: 60_000 };
  const { body } = await parts.request(LONG, { timeouts });
  const last = all(body);
  await vi.waitFor(() => expect(parts.budget.isCrowded).toBe(true), { interval: 1 });
  const silent = await failureOf(parts.lengthOf(parts.request(SHORT_AND_SILENT, { timeouts })));
  expect(silent).toMatchObject({ kind: 'timeout' });
  expect(parts.budget.isCrowded).toBe(true);
  for (const { finish } of parts.senders) finish();
  expect(Buffer.concat(await last).length).toBe(LONG);
  await Promise.all(lengths);
}, 60_000);

test('bodies that their readers hold back keep nobody waiting', async () => {
  const parts = await transportWithBudget();
  const held = [];
  for (let index = 0; index < ALWAYS_READ + 2; index++) held.push(await parts.request(LONG));
  const length = parts.lengthOf(parts.request(LONG));
  await vi.waitFor(() => expect(parts.senders).toHaveLength(held.length + 1), { interval: 1 });
  parts.senders.at(-1)?.finish();
  expect(await length).toBe(LONG);
  for (const { finish } of parts.senders.slice(0, -1)) finish();
  const lengths = await Promise.all(held.map(async ({ body }) => (await all(body)).length));
  expect(lengths.every((pieces) => pieces > 1)).toBe(true);
}, 60_000);
