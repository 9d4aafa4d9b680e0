import { randomBytes } from 'node:crypto';
import { type Server, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket, Server as NetServer } from 'node:net';
import { AppError } from '../base/errors.js';
import { listen } from '../base/listen.js';
import { remoteAddress } from './exposure/callers.js';
import {
  answerBrokenRequest,
  answerOnSocket,
  currentAnswer,
  NO_TUNNEL,
  Refusal,
  retryAfter,
  sendError,
} from './http/answer.js';
import { UnreadAnswers, type UnreadBounds } from './http/unread-answers.js';
import { serveCall } from './routes.js';
import type { Call, RelayState } from './state.js';

/** Limits for slow callers; times in milliseconds. */
export interface CallerBounds extends UnreadBounds {
  /** From the connection, or the request's first byte, to the end of the headers. */
  headersMs: number;
  /** To the end of the body. */
  requestMs: number;
  /** Between two checks of those two limits. */
  checkMs: number;
  /** Between two requests. */
  keepAliveMs: number;
  /** For a reader that takes nothing of its answer. */
  stalledMs: number;
}

export const CALLER_BOUNDS: CallerBounds = {
  headersMs: 15_000,
  requestMs: 30_000,
  checkMs: 2_000,
  // Longer than the usual load balancer keeps a connection, so that the balancer closes first.
  keepAliveMs: 75_000,
  stalledMs: 30_000,
  unreadBytes: 12 * 1024 * 1024,
  maxUnreadBytes: 24 * 1024 * 1024,
};
const MAX_CONNECTIONS = 10_000;

export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** Ends it: see `drain`. Resolves when nothing runs any more. */
  drain(): Promise<void>;
}

interface ServerOptions {
  host: string;
  port: number;
  bounds?: CallerBounds;
}

/** Rejects with a usage error when it can't listen on the address. */
export async function startServer(
  { host, port, bounds = CALLER_BOUNDS }: ServerOptions,
  state: RelayState,
): Promise<RunningServer> {
  const server = createRelayServer(state, bounds);
  const url = await listen(server, { host, port, hint: 'choose another --port or --host' });
  return { url, drain: () => drain(server, state) };
}

function createRelayServer(state: RelayState, bounds: CallerBounds): Server {
  const server = createServer({
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    connectionsCheckingInterval: bounds.checkMs,
    keepAliveTimeout: bounds.keepAliveMs,
    // The relay itself refuses a request without a Host, in JSON.
    requireHostHeader: false,
  });
  server.maxConnections = MAX_CONNECTIONS;
  // After a write, Node restarts this timeout once, so a stalled reader is cut off after twice its length.
  server.timeout = bounds.stalledMs / 2;
  server.on('timeout', endStalled);
  server.on('connection', (socket) => noteConnection(socket, state));
  const serve = callServer(state, new UnreadAnswers(bounds, state.clock));
  server.on('request', (request, response) => serve(request, response, false));
  server.on('checkContinue', (request, response) => serve(request, response, true));
  refuseOthers(server);
  return server;
}

function noteConnection(socket: Socket, state: RelayState): void {
  if (state.isDraining) state.lastAnswerAt = state.clock.monotonic();
  state.connections.add(socket);
  socket.once('close', () => state.connections.delete(socket));
}

function callServer(state: RelayState, unread: UnreadAnswers) {
  const nextId = requestIds();
  return (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (!response.socket) {
      refusePipelined(response);
      return;
    }
    const id = nextId(request);
    const startedAt = state.clock.monotonic();
    const facts = { remote: remoteAddress(request, state.trustedProxies) };
    const call: Call = { id, request, response, expectsContinue, startedAt, facts, unread };
    void serveCall(call, state);
  };
}

const ACCEPTED_ID = /^[\w.:-]{1,64}$/;

/** Gives each request an id: the caller's own `X-Request-Id` if it is acceptable, else a new one. */
function requestIds(): (request: IncomingMessage) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && ACCEPTED_ID.test(given) ? given : `${prefix}-${++count}`;
  };
}

/**
 * A pipelined request has no connection until the answers before it are out, so nothing would tell when
 * its caller leaves.
 */
function refusePipelined(response: ServerResponse): void {
  const headers = { connection: 'close', ...retryAfter(1_000) };
  sendError({ response }, new Refusal(503, 'One request at a time on a connection', headers));
}

/** Ends a connection whose answer nobody reads, or whose next request never comes. The first request has its own limits. */
function endStalled(socket: Socket): void {
  const isKeptAlive = !currentAnswer(socket) && socket.bytesWritten > 0;
  if (isKeptAlive || socket.writableLength > 0) socket.destroy();
}

function refuseOthers(server: Server): void {
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    sendError({ response }, new Refusal(417, 'Expectation failed'));
  });
  server.on('connect', (_, socket) => answerOnSocket(socket, NO_TUNNEL));
  server.on('clientError', answerBrokenRequest);
}

/** Turns that run have this long to end, in milliseconds. */
const DRAIN_MS = 30_000;
/** Time to answer the callers of turns that were stopped. */
const FINAL_ANSWERS_MS = 1_000;
const CHECK_MS = 50;
/** A proxy may be sending on a connection that looks idle here, so idle ones are kept for this long. */
const IDLE_MS = 250;

/**
 * Ends the server without refusing anyone: `/ready` says 503, and what still arrives is served, each on the last
 * request of its connection. New connections are accepted for `drainDelayMs`. Then turns have 30 seconds.
 */
export async function drain(server: Server, state: RelayState): Promise<void> {
  const { clock, log, running, drainDelayMs } = state;
  const startedAt = clock.monotonic();
  state.isDraining = true;
  state.lastAnswerAt = startedAt;
  log.info({ running: running.length, delay_s: drainDelayMs / 1000 }, 'draining');
  if (drainDelayMs > 0) {
    giveUpConnections(state);
    await clock.sleep(drainDelayMs);
  }
  await finish(server, state);
  log.info({ ms: Math.round(clock.monotonic() - startedAt) }, 'drained');
}

/** Responses without a head yet tell their callers to use another connection, and so do all that follow. */
function giveUpConnections(state: RelayState): void {
  state.keepsConnections = false;
  for (const { call } of state.running) call.response.shouldKeepAlive = false;
}

async function finish(server: Server, state: RelayState): Promise<void> {
  // Only then: whoever is told to open another connection must not find one here that nobody accepts.
  const closed = stopListening(server, state.clock, () => giveUpConnections(state));
  const ended = turnsEnded(state);
  const stop = setTimeout(() => {
    state.isEnding = true;
    const reason = new AppError('terminated', 'the relay is ending');
    for (const turn of state.running) turn.stop.abort(reason);
  }, DRAIN_MS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS + FINAL_ANSWERS_MS);
  // A response whose head was sent before has promised to keep its connection open.
  const check = setInterval(() => closeIdle(server, state), CHECK_MS);
  await Promise.all([closed, ended]);
  clearTimeout(stop);
  clearTimeout(cut);
  clearInterval(check);
}

/** A round of the event loop is short when it takes no longer, in milliseconds. */
const SHORT_MS = 0.5;
const MAX_ROUNDS = 2_000;

/**
 * Connections that wait to be accepted would be reset, and each round of the event loop accepts one: it is done
 * after a short round without any. The `close` of node:http would also close connections with an answer on its way.
 */
function stopListening(server: Server, clock: RelayState['clock'], onStop: () => void) {
  return new Promise<void>((resolve) => {
    let hasAccepted = false;
    const note = (): void => void (hasAccepted = true);
    const stop = (): void => {
      server.off('connection', note);
      NetServer.prototype.close.call(server, () => resolve());
      onStop();
    };
    const wait = (rounds: number): void => {
      const startedAt = clock.monotonic();
      hasAccepted = false;
      setImmediate(() => {
        const isShort = clock.monotonic() - startedAt < SHORT_MS;
        if (rounds === 0 || (isShort && !hasAccepted)) stop();
        else wait(rounds - 1);
      });
    };
    server.on('connection', note);
    setImmediate(() => wait(MAX_ROUNDS));
  });
}

/** To Node a connection is idle while its answer is still being sent, and not before its first request. */
function closeIdle(server: Server, { unanswered, lastAnswerAt, clock, connections }: RelayState) {
  const isQuiet = clock.monotonic() - lastAnswerAt >= IDLE_MS;
  if (unanswered > 0 || !isQuiet) return;
  server.closeIdleConnections();
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
}

/** A turn with an idempotency key outlives its connection, so the server's own end is not enough. */
async function turnsEnded({ running, clock }: RelayState): Promise<void> {
  const end = clock.monotonic() + DRAIN_MS + FINAL_ANSWERS_MS;
  while (running.length > 0 && clock.monotonic() < end) await clock.sleep(CHECK_MS);
}
