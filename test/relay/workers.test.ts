import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectionToEach } from '../helpers/kept-connection.js';
import { deliver } from '../helpers/persistent-caller.js';
import { realClock } from '../helpers/real-clock.js';
import { recordingServer } from '../helpers/recording-server.js';
import { post, upstream, type Posted } from '../helpers/relay.js';
import { replica, userTexts } from '../helpers/replica.js';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';
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
  test('turns of a conversation run one after another, whichever worker takes them, and once', async () => {
    const metricsPort = await closedPort();
    const api = await overlapServer();
    const argv = ['--workers', '2', '--metrics-port', String(metricsPort)];
    const relay = await replica(argv, upstream(api.url));
    await bothServe(relay.url);
    const turns = numbers(48).map((turn) => ({
      message: `turn ${turn}`,
      conversation_id: `c-${turn % 6}`,
    }));
    const answers = await Promise.all(turns.map((turn) => post(relay, turn, apart)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([api.said.sort(), api.mostInOne(), api.mostInAll()]).toEqual([
      turns.map(({ message }) => message).sort(),
      1,
      6,
    ]);
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(text).toMatch(/^telnyx_chat_requests_total\{route="\/chat",status="200"\} 48$/m);
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

  test('a key that both workers are asked for at once is run by one', async () => {
    const { relay, sandbox } = await twoWorkers([], 50);
    const workers = await connectionToEach(relay.url);
    for (const number of numbers(10)) {
      const keyed = { 'idempotency-key': `key-${number}` };
      const answers = await Promise.all(
        workers.map((worker) => worker.post({ message: `turn ${number}` }, keyed)),
      );
      const [ran, ...others] = answers.filter(
        ({ status, isReplay }) => status === 200 && !isReplay,
      );
      expect(others).toEqual([]);
      const told = answers.find((answer) => answer !== ran);
      if (told?.isReplay) expect(told.text).toBe(ran?.text);
      else expect(told?.status).toBe(409);
    }
    expect(sandbox.requestCount('chat')).toBe(10);
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
    await expect.poll(() => workersOf(relay.pid).filter((pid) => pid !== killed).length).toBe(2);
    expect((await post(relay, { message: 'before' }, keyed)).text).toBe(first.text);
    for (const { status } of await Promise.all(
      numbers(4).map((number) => post(relay, { message: `after ${number}` }, apart)),
    )) {
      expect(status).toBe(200);
    }
    const line = '"signal":"SIGKILL","msg":"a worker died and is replaced"';
    await expect.poll(() => relay.log()).toContain(line);
    const counts = sandbox.stats().conversations.flatMap((each) => userTexts(each));
    expect(new Set(counts).size).toBe(counts.length);
    const answered = delivered.filter(({ outcome }) => outcome === 'answered');
    expect(answered.length).toBeGreaterThan(0);
    expect(counts).toEqual(expect.arrayContaining(answered.map(({ text }) => text)));
  });

  test('its address is told when all serve: the others may die from then on', async () => {
    const sandbox = await start({ clock: realClock() });
    const env = upstream(sandbox.url, sandbox.assistantId);
    const relay = await replica(['--workers', '4'], env);
    const killed = workersOf(relay.pid).slice(0, 3);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await expect.poll(() => killed.filter(isAlive)).toEqual([]);
    expect((await post(relay, { message: 'hello' }, apart)).status).toBe(200);
  });

  test('one that cannot be started now is started later', async () => {
    const [node, elsewhere] = ['node', 'gone'].map((name) => join(temporaryFolder(), name));
    if (!node || !elsewhere) throw new Error('unreachable');
    copyFileSync(process.execPath, node);
    const relay = await replica(['--workers', '2'], upstream('http://127.0.0.1:9'), node);
    const before = workersOf(relay.pid);
    renameSync(node, elsewhere);
    process.kill(before[0] ?? 0, 'SIGKILL');
    await expect.poll(() => relay.log()).toContain('ENOENT');
    expect((await fetch(`${relay.url}/health`)).status).toBe(200);
    renameSync(elsewhere, node);
    await expect.poll(() => workersOf(relay.pid).length).toBe(2);
  });

  test('SIGTERM while a worker is being replaced ends that one too', async () => {
    const { relay } = await twoWorkers();
    const before = workersOf(relay.pid);
    process.kill(before[0] ?? 0, 'SIGKILL');
    const isNew = (pid: number): boolean => !before.includes(pid);
    await expect.poll(() => workersOf(relay.pid).some(isNew), { interval: 1 }).toBe(true);
    process.kill(relay.pid, 'SIGTERM');
    expect((await relay.ended).code).toBe(0);
  });

  test('when all are killed at once, it is back at the same port and knows what was told', async () => {
    const port = await closedPort();
    const { relay } = await twoWorkers(['--port', String(port)]);
    const keyed = { ...apart, 'idempotency-key': 'key-1' };
    const first = await post(relay, { message: 'hello' }, keyed);
    const killed = workersOf(relay.pid);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await expect.poll(() => killed.filter(isAlive)).toEqual([]);
    const again = await expectAnswer(() => post(relay, { message: 'hello' }, keyed));
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    await expect.poll(() => workersOf(relay.pid).length).toBe(2);
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

test.each(['0', '-1', 'two', '1.5', '257'])('--workers %s is refused', async (count) => {
  const { code, stderr } = await runCli(['serve', `--workers=${count}`], {
    env: upstream('http://127.0.0.1:9'),
  });
  expect([code, stderr.split('\n')[0]]).toEqual([2, `error: bad --workers "${count}"`]);
});

/** The answer, when there is one. */
async function expectAnswer(ask: () => Promise<Posted>): Promise<Posted> {
  let answer: Posted | undefined;
  await expect.poll(async () => (answer = await ask().catch(() => undefined))).toBeDefined();
  if (!answer) throw new Error('unreachable');
  return answer;
}

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

/** An API that takes a while over each turn, and sees how many run at once. */
async function overlapServer() {
  const running = new Map<string, number>();
  const said: string[] = [];
  let [mostInOne, mostInAll] = [0, 0];
  const { url } = await recordingServer((response, { body }) => {
    const { content, conversation_id: id } = JSON.parse(body) as Record<string, string>;
    said.push(content ?? '');
    const count = (change: number): number => {
      const now = (running.get(id ?? '') ?? 0) + change;
      running.set(id ?? '', now);
      return now;
    };
    mostInOne = Math.max(mostInOne, count(1));
    mostInAll = Math.max(mostInAll, [...running.values()].filter(Boolean).length);
    setTimeout(() => {
      count(-1);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"content":"hi"}');
    }, 50);
  });
  return { url, said, mostInOne: () => mostInOne, mostInAll: () => mostInAll };
}
