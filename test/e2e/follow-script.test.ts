import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accountEnv } from '../helpers/account.js';
import { BIN } from '../helpers/built-program.js';
import { temporaryFolder } from '../helpers/run-cli.js';

const COUNT = 500;
/** Messages that are stored and not shown yet, at most. */
const MAX_AHEAD = 40;
const MAX_DELAY_MS = 2_000;
const TICK_MS = 20;

/** Time in which this machine ran: while it stands still, or is too busy for a timer, so does this clock. */
function runningTime(): () => number {
  let time = 0;
  let last = performance.now();
  const now = (): number => {
    const next = performance.now();
    time += Math.min(next - last, 2 * TICK_MS);
    last = next;
    return time;
  };
  const timer = setInterval(now, TICK_MS);
  onTestFinished(() => clearInterval(timer));
  return now;
}

function started(argv: string[], env: Record<string, string> = {}): ChildProcess {
  const home = temporaryFolder();
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const linesOf = (child: ChildProcess): AsyncIterable<string> =>
  createInterface({ input: child.stdout ?? process.stdin });

/** The sandbox in a process of its own: its address. */
async function sandboxWith(faults: string[]): Promise<string> {
  const rules = faults.flatMap((fault) => ['--fault', fault]);
  const child = started(['sandbox', '--port', '0', '--seed', '7', ...rules]);
  for await (const line of linesOf(child)) {
    const [, url] = /TELNYX_BASE_URL=(\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the sandbox has ended');
}

interface Listing {
  at: number;
  /** What it listed; undefined when it was refused or broken off: nobody could read it. */
  texts: ReadonlySet<string> | undefined;
}

interface Delivery {
  storedAt: number;
  shownAt: number;
  listings: readonly Listing[];
}

/** Passes requests on to the sandbox and notes what each list of messages showed. */
async function listingsOf(url: string, now: () => number) {
  const listings: Listing[] = [];
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method, headers, url: path = '' } = incoming;
    const isList = path.includes('/messages');
    const target = request(new URL(path, url), { method, headers });
    target.on('error', () => {
      if (isList) listings.push({ at: now(), texts: undefined });
      outgoing.destroy();
    });
    target.on('response', (answer) => {
      void buffer(answer).then((body) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
        if (isList) listings.push({ at: now(), texts: textsIn(answer, body) });
      });
    });
    target.end(await buffer(incoming));
  };
  const server = createServer((...exchange) => void pass(...exchange));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { listings, url: `http://127.0.0.1:${port}/v2` };
}

function textsIn({ statusCode }: IncomingMessage, body: Buffer): Set<string> | undefined {
  if (statusCode !== 200) return undefined;
  const { data } = JSON.parse(body.toString()) as { data: { text: string }[] };
  return new Set(data.map(({ text }) => text));
}

async function post(url: string, body: unknown): Promise<string> {
  const headers = { authorization: 'Bearer KEY-test', 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.text();
}

/**
 * Since when nothing has kept the program from showing it: it was listed, and no answer was refused or broken
 * off any more.
 */
function readableSince(text: string, { storedAt, shownAt, listings }: Delivery): number {
  const first = listings.findIndex(({ texts }) => texts?.has(text));
  const vain = listings.filter(
    ({ at, texts }, index) => at <= shownAt && (index < first || texts === undefined),
  );
  return vain.reduce((since, { at }) => Math.max(since, at), storedAt);
}

describe.each([
  ['newest first', []],
  ['in no order', ['list_reordered:1']],
])('500 messages, %s', (_, order) => {
  it('are shown once each, in order, within 2 s of being listed', async () => {
    const now = runningTime();
    const resets = ['list_messages/reset_before:0.06', 'list_messages/reset_after:0.06'];
    const refusals = ['list_messages/status_429:0.06', 'get_conversation/status_429:0.05'];
    const faults = ['list_lag:0.2', ...order, ...resets, ...refusals];
    const sandbox = await sandboxWith(faults);
    const { listings, url } = await listingsOf(sandbox, now);
    const created = JSON.parse(await post(`${sandbox}/ai/conversations`, {})) as { id: string };
    const storedAt = new Map<string, number>();
    const start = Date.now();
    const store = async (index: number): Promise<void> => {
      const content = `message ${index}`;
      const sent_at = new Date(start + index).toISOString();
      const role = index % 2 === 0 ? 'user' : 'assistant';
      await post(`${sandbox}/ai/conversations/${created.id}/message`, { role, content, sent_at });
      storedAt.set(content, now());
    };
    const argv = ['conversations', 'show', created.id, '--follow', '--json'];
    const follower = started(argv, accountEnv(url));
    const shown: { text: string; at: number }[] = [];
    let stored = 0;
    const storeMore = async (): Promise<void> => {
      while (stored < COUNT && stored - shown.length < MAX_AHEAD) {
        const next = stored;
        stored += 5;
        // The third is stored before the second.
        for (const offset of [0, 2, 1, 3, 4]) await store(next + offset);
      }
    };
    let storing = storeMore();
    for await (const line of linesOf(follower)) {
      const { type, text } = JSON.parse(line) as { type: string; text: string };
      if (type !== 'message') continue;
      shown.push({ text, at: now() });
      storing = storing.then(storeMore);
      if (shown.length === COUNT) break;
    }
    await storing;
    expect(shown.map(({ text }) => text)).toEqual(
      Array.from({ length: COUNT }, (_, index) => `message ${index}`),
    );
    const delays = shown.map(({ text, at }) => {
      const delivery = { storedAt: storedAt.get(text) ?? 0, shownAt: at, listings };
      return at - readableSince(text, delivery);
    });
    expect(listings.some(({ texts }) => texts === undefined)).toBe(true);
    expect(Math.max(...delays)).toBeLessThanOrEqual(MAX_DELAY_MS);
  }, 120_000);
});
