import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Call, requestIds } from './call.js';
import { drain } from './drain.js';
import {
  answerBrokenRequest,
  answerOnSocket,
  currentAnswer,
  errorBody,
  NO_TUNNEL,
  retryAfter,
  sendJson,
} from './http/answer.js';
import { listen, urlOf } from './http/listen.js';
import type { RelayState } from './relay-state.js';
import { serveCall } from './routes.js';

/** Time limits for slow callers, in milliseconds. */
export interface CallerBounds {
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
};
const MAX_CONNECTIONS = 10_000;

export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** Accepts nothing new and waits for what runs; stops it after 30 seconds. */
  drain(): Promise<void>;
}

/** Rejects with a usage error when it can't listen on the address. */
export async function startServer(
  { host, port, bounds }: { host: string; port: number; bounds: CallerBounds },
  state: RelayState,
): Promise<RunningServer> {
  const server = createRelayServer(state, bounds);
  const boundPort = await listen(server, host, port);
  return {
    url: urlOf(host, boundPort),
    drain: () => drain(server, state),
  };
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
  const serve = callServer(state);
  server.on('request', (request, response) => serve(request, response, false));
  server.on('checkContinue', (request, response) => serve(request, response, true));
  refuseOthers(server);
  return server;
}

function callServer(state: RelayState) {
  const nextId = requestIds();
  return (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (!response.socket) {
      refusePipelined(response);
      return;
    }
    const id = nextId(request);
    const startedAt = state.clock.monotonic();
    const call: Call = { id, request, response, expectsContinue, startedAt, facts: {} };
    void serveCall(call, state);
  };
}

/**
 * A pipelined request has no connection until the answers before it are out, so nothing would tell when
 * its caller leaves.
 */
function refusePipelined(response: ServerResponse): void {
  const headers = { connection: 'close', ...retryAfter(1_000) };
  sendJson(response, 503, errorBody('One request at a time on a connection'), headers);
}

/** Ends a connection whose answer nobody reads, or whose next request never comes. The first request has its own limits. */
function endStalled(socket: Socket): void {
  const isKeptAlive = !currentAnswer(socket) && socket.bytesWritten > 0;
  if (isKeptAlive || socket.writableLength > 0) socket.destroy();
}

function refuseOthers(server: Server): void {
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    sendJson(response, 417, errorBody('Expectation failed'));
  });
  server.on('connect', (_, socket) => answerOnSocket(socket, NO_TUNNEL));
  server.on('clientError', answerBrokenRequest);
}
