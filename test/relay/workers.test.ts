import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deliver } from '../helpers/persistent-caller.js';
import { realClock } from '../helpers/real-clock.js';
import { post, upstream } from '../helpers/relay.js';
import { replica, userTexts } from '../helpers/replica.js';
import { runCli } from '../helpers/run-cli.js';
import { closedPort, socketServer } from '../helpers/socket-server.js';
import { start } from '../sandbox/start.js';

/** Two workers before a sandbox. */
async function twoWorkers(argv: string[] = [], latencyMs = 0) {
  const sandbox = await start({ clock: realClock(), latencyMs });
  const env = upstream(sandbox.url, sandbox.assistantId);
  const relay = await replica(['--workers', '2', ...argv], env);
  await expect.poll(() => workersOf(relay.pid).length).toBe(2);
  return { relay, sandbox };
}

/** Process ids, as the system knows them. */
function workersOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').map(Number).filter(Boolean);
}

/** Over a connection of its own, so that any worker may take it. */
const apart = { connection: 'close' };
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe.skipIf(process.platform !== 'linux')('--workers 2', () => {
  test('turns of a conversation run in order, whichever worker takes them, and nothing is doubled', async () => {
    const metricsPort = await closedPort();
    const { relay, sandbox } = await twoWorkers(['--metrics-port', String(metricsPort)], 5);
    await bothServe(relay.url);
    await Promise.all(numbers(8).map(converse));
    const told = sandbox.stats().conversations.map((conversation) => userTexts(conversation));
    expect(told.map(([first]) => first).sort()).toEqual(numbers(8).map((each) => `${each} 0`));
    for (const texts of told) {
      const [number = ''] = texts[0]?.split(' ') ?? [];
      expect(texts).toEqual(numbers(6).map((turn) => `${number} ${turn}`));
    }
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(text).toMatch(/^telnyx_chat_requests_total\{route="\/chat",status="200"\} 48$/m);

    /** A first turn, then five that are sent one after another without waiting for answers. */
    async function converse(number: number): Promise<void> {
      const { body } = await post(relay, { message: `${number} 0` }, apart);
      const { conversation_id } = body as { conversation_id: string };
      const turns: Promise<unknown>[] = [];
      for (const turn of [1, 2, 3, 4, 5]) {
        turns.push(post(relay, { message: `${number} ${turn}`, conversation_id }, apart));
        // It waits or runs when a later one is answered that has to wait for nothing.
        await waiting(relay.url);
      }
      await Promise.all(turns);
    }
  });

  test('a key has one answer, whichever worker is asked', async () => {
    const { relay, sandbox } = await twoWorkers();
    const headers = { ...apart, 'idempotency-key': 'key-1' };
    const first = await post(relay, { message: 'hello' }, headers);
    for (let count = 0; count < 12; count++) {
      const again = await post(relay, { message: 'hello' }, headers);
      expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    }
    expect((await post(relay, { message: 'bye' }, headers)).status).toBe(422);
    expect(sandbox.requestCount('chat')).toBe(1);
  });

  test('a rate is one for all', async () => {
    const { relay } = await twoWorkers(['--rate-limit', '3']);
    const statuses = [];
    for (let count = 0; count < 5; count++) {
      statuses.push((await post(relay, { message: 'hello' }, apart)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test('a worker that is killed is replaced; nothing is doubled and what others were told stays', async () => {
    const { relay, sandbox } = await twoWorkers([], 20);
    const keyed = { ...apart, 'idempotency-key': 'key-1' };
    const first = await post(relay, { message: 'before' }, keyed);
    const [killed = 0] = workersOf(relay.pid);
    const turns = numbers(6).map((number) => deliver(urls(relay.url), { text: `turn ${number}` }));
    process.kill(killed, 'SIGKILL');
    const delivered = await Promise.all(turns);
    expect(delivered.length).toBe(6);
    await expect.poll(() => workersOf(relay.pid).filter((pid) => pid !== killed).length).toBe(2);
    expect((await post(relay, { message: 'before' }, keyed)).text).toBe(first.text);
    for (const { status } of await Promise.all(
      numbers(4).map((number) => post(relay, { message: `after ${number}` }, apart)),
    )) {
      expect(status).toBe(200);
    }
    expect(relay.log()).toContain('"signal":"SIGKILL","msg":"a worker died and is replaced"');
    const counts = sandbox.stats().conversations.flatMap((each) => userTexts(each));
    expect(new Set(counts).size).toBe(counts.length);
  });

  test('SIGTERM: both finish what runs, and all end well', async () => {
    const { relay, sandbox } = await twoWorkers([], 300);
    const workers = workersOf(relay.pid);
    const turns = numbers(8).map((number) => post(relay, { message: `turn ${number}` }, apart));
    await expect.poll(() => sandbox.requestCount('create_conversation')).toBe(8);
    process.kill(relay.pid, 'SIGTERM');
    const statuses = (await Promise.all(turns)).map(({ status }) => status);
    expect(statuses).toEqual(numbers(8).map(() => 200));
    expect((await relay.ended).code).toBe(0);
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(fetch(`${relay.url}/health`)).rejects.toThrow();
  });

  test('SIGTERM to the whole group, as a terminal or a supervisor sends it, is as good', async () => {
    const { relay, sandbox } = await twoWorkers([], 300);
    const turn = post(relay, { message: 'hello' }, apart);
    await expect.poll(() => sandbox.requestCount('create_conversation')).toBe(1);
    for (const pid of [relay.pid, ...workersOf(relay.pid)]) process.kill(pid, 'SIGTERM');
    expect((await turn).status).toBe(200);
    expect((await relay.ended).code).toBe(0);
  });

  test('a primary that is killed leaves no worker behind', async () => {
    const { relay } = await twoWorkers();
    const workers = workersOf(relay.pid);
    process.kill(relay.pid, 'SIGKILL');
    await expect.poll(() => workers.filter(isAlive)).toEqual([]);
  });

  test('a port that is taken ends them with one error', async () => {
    const { port } = await socketServer(() => undefined);
    const failed = await replica(
      ['--workers', '2', '--port', String(port)],
      upstream('http://127.0.0.1:9'),
    ).catch((error: unknown) => String(error));
    expect(failed).toContain(`error: cannot listen on 127.0.0.1:${port}`);
    expect(failed).toContain('error: the workers could not start');
  });
});

test.each(['0', '-1', 'two', '1.5'])('--workers %s is refused', async (count) => {
  const { code, stderr } = await runCli(['serve', `--workers=${count}`], {
    env: upstream('http://127.0.0.1:9'),
  });
  expect([code, stderr.split('\n')[0]]).toEqual([2, `error: bad --workers "${count}"`]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resolves when each of two workers has answered: what they call a request begins with their own mark. */
async function bothServe(url: string): Promise<void> {
  const marks = new Set<string | undefined>();
  while (marks.size < 2) {
    const answers = numbers(8).map(() => fetch(`${url}/health`, { headers: apart }));
    for (const { headers } of await Promise.all(answers)) {
      marks.add(headers.get('x-request-id')?.split('-')[0]);
    }
  }
}

/** The same relay, asked again when a worker went away with the request. */
function urls(url: string): string[] {
  return numbers(10).map(() => url);
}

async function waiting(url: string): Promise<void> {
  for (let count = 0; count < 2; count++) await fetch(`${url}/health`, { headers: apart });
}
