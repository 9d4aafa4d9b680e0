import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BIN } from '../helpers/built-program.js';
import { AppError } from '../../src/base/errors.js';
import type { Call, RelayState, RunningTurn } from '../../src/relay/state.js';
import { Admission } from '../../src/relay/chat/admission.js';
import { runTurn, type ChatTurn } from '../../src/relay/chat/turn.js';
import { failed } from '../../src/relay/chat/contract.js';
import { TurnStop } from '../../src/relay/coordination/coordination.js';
import type { Log } from '../../src/relay/operation/log.js';
import { logRequest } from '../../src/relay/operation/request-log.js';
import { drain } from '../../src/relay/server.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { chatAnswering } from '../helpers/answering-server.js';
import { eventsIn, upstream } from '../helpers/relay.js';
import { replica } from '../helpers/replica.js';
import { temporaryFolder } from '../helpers/run-cli.js';
import { stillClock } from '../helpers/still-clock.js';
import { deferred } from '../sandbox/start.js';

const TURN = { message: 'hello', conversation_id: 'c-1' };

/** A relay in a process of its own with a turn that runs until told. */
async function withTurn(headers: Record<string, string> = {}) {
  const asked = deferred<ServerResponse>();
  let turns = 0;
  let isAnswering = false;
  const url = await chatAnswering((response) => {
    turns++;
    asked.resolve(response);
    if (isAnswering) answerJson(response);
  });
  const relay = await replica([], upstream(url));
  const agent = new Agent({ keepAlive: true });
  const turn = posted(relay.url, headers, agent);
  const upstreamAnswer = await asked.promise;
  const answerNext = (): void => void (isAnswering = true);
  return { relay, turn, upstreamAnswer, turns: () => turns, answerNext };
}

/** `POST /chat` over a connection that is to be kept. */
async function posted(url: string, headers: Record<string, string>, agent: Agent) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const type = { 'content-type': 'application/json' };
    const asking = request(`${url}/chat`, {
      method: 'POST',
      agent,
      headers: { ...type, ...headers },
    });
    asking.on('response', resolve).on('error', reject).end(JSON.stringify(TURN));
  });
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += String(piece);
  return { status: response.statusCode, connection: response.headers.connection, text };
}

/** Resolves when nothing new is let in any more. */
async function refusesConnections(url: string): Promise<void> {
  const { port } = new URL(url);
  const isOpen = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
  while (await isOpen());
}

function answerJson(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"content":"hi"}');
}

test('SIGTERM: what runs is answered, nothing new is let in, and it ends well', async () => {
  const { relay, turn, upstreamAnswer } = await withTurn();
  process.kill(relay.pid, 'SIGTERM');
  await refusesConnections(relay.url);
  answerJson(upstreamAnswer);
  expect(await turn).toEqual({
    status: 200,
    connection: 'close',
    text: '{"conversation_id":"c-1","reply":"hi"}',
  });
  const answeredAt = performance.now();
  const { code, stderr } = await relay.ended;
  expect(code).toBe(0);
  // Not when connections that are kept for the next request would be given up.
  expect(performance.now() - answeredAt).toBeLessThan(10_000);
  const lines = stderr.trim().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages).toEqual(['started', 'draining', 'request', 'drained']);
});

test('SIGTERM: a stream goes on to its end', async () => {
  const { relay, turn, upstreamAnswer } = await withTurn({ accept: 'text/event-stream' });
  upstreamAnswer.writeHead(200, { 'content-type': 'text/event-stream' });
  upstreamAnswer.write('event: delta\ndata: {"text":"hi "}\n\n');
  process.kill(relay.pid, 'SIGTERM');
  await refusesConnections(relay.url);
  upstreamAnswer.write('event: delta\ndata: {"text":"there"}\n\n');
  upstreamAnswer.end('event: done\ndata: {"content":"hi there"}\n\n');
  const { status, text } = await turn;
  expect([status, eventsIn(text).at(-1)]).toEqual([
    200,
    ['done', { conversation_id: 'c-1', reply: 'hi there' }],
  ]);
  expect((await relay.ended).code).toBe(0);
});

test.each(['application/json', 'text/event-stream'])(
  'SIGTERM: an answer that is still being sent arrives whole: %s',
  async (accept) => {
    // More than a system takes at once.
    const reply = 'x'.repeat(12_000_000);
    const url = await chatAnswering((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ content: reply }));
    });
    const relay = await replica([], upstream(url));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request(`${relay.url}/chat`, { method: 'POST', headers: { accept } });
      asking.on('response', resolve).on('error', reject).end(JSON.stringify(TURN));
    });
    await once(response, 'readable');
    process.kill(relay.pid, 'SIGTERM');
    await refusesConnections(relay.url);
    let size = 0;
    for await (const piece of response as AsyncIterable<Buffer>) size += piece.length;
    expect(size).toBeGreaterThan(reply.length);
    expect((await relay.ended).code).toBe(0);
  },
);

test('SIGTERM: turns that run for 30 seconds more are stopped, and answers that nobody takes cut off', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = createServer();
  const cut = vi.spyOn(server, 'closeAllConnections');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = stillClock();
  const running: RunningTurn[] = [];
  const stop = new TurnStop();
  running.push({ call: { response: {} } as unknown as Call, stop });
  const log = { info: () => undefined };
  const state = { running, clock, log, unanswered: 1, drainDelayMs: 0, lastAnswerAt: 0 };
  void drain(server, state as unknown as RelayState);
  vi.advanceTimersByTime(29_999);
  expect(stop.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(stop.reason).toMatchObject({ kind: 'terminated' });
  expect(cut).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(cut).toHaveBeenCalledOnce();
});

test('that a turn was stopped is in the log, though the reply so far had the same words', async () => {
  const stop = new TurnStop();
  async function* stopped(): AsyncGenerator<ReplyEvent> {
    await Promise.resolve();
    yield { type: 'delta', text: 'the relay is ending, I hear' };
    stop.abort(new AppError('terminated', 'the relay is ending'));
    stop.throwIfAborted();
  }
  const ports = { isCrowded: () => false, onManyTurns: () => undefined };
  const state = { takeTurn: stopped, clock: stillClock(), admission: new Admission(ports) };
  const request = { headers: {} };
  const call = { request, response: { writableFinished: true, statusCode: 502 }, facts: {} };
  const turn = { call, request: { message: 'hello' }, stop } as unknown as ChatTurn;
  await runTurn(turn, state as unknown as RelayState);
  const warn = vi.fn();
  const log = { warn, isLevelEnabled: () => true } as unknown as Log;
  logRequest(log, turn.call, 0);
  expect(warn.mock.calls).toMatchObject([
    [{ error: { message: 'the relay is ending' } }, 'request'],
  ]);
});

test('a turn that was stopped before it was sent may be sent again', () => {
  const stopped = new AppError('terminated', 'the relay is ending', { delivery: 'not_sent' });
  expect(failed(stopped, 'c-1')).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
    isSettled: false,
  });
});

test('SIGTERM: a log that nobody reads keeps nobody waiting', async () => {
  const home = temporaryFolder();
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0'], {
    env: { HOME: home, ...upstream('http://127.0.0.1:9') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = String(line).replace(/^relay: |\n/g, '');
  // A line each: more than a pipe holds.
  for (let round = 0; round < 100; round++) {
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/nowhere`)));
  }
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('SIGTERM: a request whose caller left, but may ask again for its answer, is finished', async () => {
  const asked = deferred<ServerResponse>();
  const url = await chatAnswering((response) => asked.resolve(response));
  const relay = await replica(['--log-level', 'debug', '--debug'], upstream(url));
  const agent = new Agent();
  const turn = posted(relay.url, { 'idempotency-key': 'key-1' }, agent);
  const upstreamAnswer = await asked.promise;
  const isStopped = deferred<boolean>();
  upstreamAnswer.on('close', () => isStopped.resolve(!upstreamAnswer.writableFinished));
  agent.destroy();
  await expect(turn).rejects.toThrow();
  process.kill(relay.pid, 'SIGTERM');
  await refusesConnections(relay.url);
  answerJson(upstreamAnswer);
  expect(await isStopped.promise).toBe(false);
  const { code, stderr } = await relay.ended;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/debug: POST \S+\/chat 200/)]);
});

/** A connection on which a request is begun; gives all that is answered until it is closed. */
function begin(url: string, head: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(head);
  const all = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => void (text += piece));
    socket.on('close', () => resolve(text));
  });
  return { socket, all };
}

const BODY = JSON.stringify({ ...TURN, conversation_id: 'c-2' });
const POST = `POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BODY.length}\r\n\r\n`;

test('SIGTERM: who asks meanwhile over a connection that is open is served, for the last time', async () => {
  const { relay, turn, answerNext, upstreamAnswer } = await withTurn();
  const probe = begin(relay.url, 'GET /ready HTTP/1.1\r\nHost: local');
  const late = begin(relay.url, POST);
  const idle = begin(relay.url, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(idle.socket, 'data');
  process.kill(relay.pid, 'SIGTERM');
  await refusesConnections(relay.url);
  probe.socket.write('host\r\n\r\n');
  answerNext();
  late.socket.write(BODY);
  idle.socket.write(POST + BODY);
  expect(await probe.all).toMatch(/^HTTP\/1\.1 503 .*\r\nconnection: close\r\n.*"Draining"\}$/is);
  const served = /HTTP\/1\.1 200 OK\r\n[^{]*connection: close\r\n[^{]*\{[^{]*"reply":"hi"\}$/is;
  expect(await late.all).toMatch(served);
  expect(await idle.all).toMatch(served);
  answerJson(upstreamAnswer);
  expect((await turn).status).toBe(200);
  expect((await relay.ended).code).toBe(0);
});

test('SIGTERM with --drain-delay: it is not ready at once, and serves new connections for so long', async () => {
  const url = await chatAnswering(answerJson);
  const relay = await replica(['--drain-delay', '2'], upstream(url));
  process.kill(relay.pid, 'SIGTERM');
  const ask = (path: string) =>
    begin(relay.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).all;
  while (!(await ask('/ready')).startsWith('HTTP/1.1 503'));
  const told = performance.now();
  expect(await ask('/health')).toMatch(/^HTTP\/1\.1 200 .*\r\nconnection: close\r\n/is);
  expect(await begin(relay.url, POST + BODY).all).toMatch(/^HTTP\/1\.1 200 .*"reply":"hi"\}$/is);
  await refusesConnections(relay.url);
  expect(performance.now() - told).toBeGreaterThan(1_000);
  expect((await relay.ended).code).toBe(0);
});

test('a second signal ends it at once', async () => {
  const { relay, turn } = await withTurn();
  const broken = expect(turn).rejects.toThrow();
  process.kill(relay.pid, 'SIGTERM');
  await refusesConnections(relay.url);
  process.kill(relay.pid, 'SIGTERM');
  expect((await relay.ended).code).toBe(143);
  await broken;
});

test('Ctrl-C drains as well', async () => {
  const { relay, turn, upstreamAnswer, turns } = await withTurn();
  process.kill(relay.pid, 'SIGINT');
  await refusesConnections(relay.url);
  answerJson(upstreamAnswer);
  expect((await turn).status).toBe(200);
  expect([(await relay.ended).code, turns()]).toEqual([130, 1]);
});

test('SIGTERM: a connection on which nothing was asked keeps nobody waiting', async () => {
  const relay = await replica([], upstream('http://127.0.0.1:9'));
  const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
  await once(socket, 'connect');
  // So that it is accepted by now.
  await fetch(`${relay.url}/health`);
  const toldAt = performance.now();
  process.kill(relay.pid, 'SIGTERM');
  expect((await relay.ended).code).toBe(0);
  // Not when the headers of a first request would have to be there.
  expect(performance.now() - toldAt).toBeLessThan(10_000);
});
