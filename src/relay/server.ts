import { randomBytes } from 'node:crypto';
import { type Server, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from '../base/listen.js';
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
import { remoteAddress } from './http/remote-address.js';
import { drain } from './drain.js';
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

/** Rejects with a usage error when it can't listen on the address. */
export async function startServer(
  { host, port, bounds }: { host: string; port: number; bounds: CallerBounds },
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
  const serve = callServer(state, new UnreadAnswers(bounds, state.clock));
  server.on('request', (request, response) => serve(request, response, false));
  server.on('checkContinue', (request, response) => serve(request, response, true));
  refuseOthers(server);
  return server;
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
