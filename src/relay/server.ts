import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Call } from './call.js';
import { drain } from './drain.js';
import { requestIds } from './http/request-ids.js';
import {
  errorBody,
  sendJson,
  answerOn,
  answerBrokenRequest,
  answerOnSocket,
  NO_TUNNEL,
  retryAfter,
} from './http/answer.js';
import { listen, urlOf } from './http/listen.js';
import { serveCall } from './serve-call.js';
import type { Workings } from './workings.js';

/** Bounds on a slow caller, in milliseconds. */
export interface CallerBounds {
  /** From the connection, or the request's first byte, to the end of its headers. */
  headersMs: number;
  /** To the end of its body. */
  requestMs: number;
  /** Between two looks at who is over those. */
  checkMs: number;
  /** Between two requests. */
  keepAliveMs: number;
  /** For a reader who takes nothing of its answer. */
  stalledMs: number;
}

export const CALLER_BOUNDS: CallerBounds = {
  headersMs: 15_000,
  requestMs: 30_000,
  checkMs: 2_000,
  // Longer than the usual load balancer keeps a connection: it is the one who closes.
  keepAliveMs: 75_000,
  stalledMs: 30_000,
};
/** Open at once. */
const MOST_CONNECTIONS = 10_000;

export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** Accepts nothing new, finishes what runs, or stops it after 30 seconds. */
  drain(): Promise<void>;
}

/** Listens. Rejects with a usage error when it can't. */
export async function startServer(
  { host, port, bounds }: { host: string; port: number; bounds: CallerBounds },
  workings: Workings,
): Promise<RunningServer> {
  const server = serverFor(workings, bounds);
  const bound = await listen(server, host, port);
  return {
    url: urlOf(host, bound),
    drain: () => drain(server, workings),
  };
}

/**
 * A request that was sent before the one before it was answered has no connection yet, and may never get
 * one: nothing would tell when its caller leaves.
 */
function refuseQueued(response: ServerResponse): void {
  const headers = { connection: 'close', ...retryAfter(1_000) };
  sendJson(response, 503, errorBody('One request at a time on a connection'), headers);
}

/** Nothing went over it for long: an answer that nobody takes, or no further request. The first one has its own bounds. */
function endStalled(socket: Socket): void {
  const isKept = !answerOn(socket) && socket.bytesWritten > 0;
  if (isKept || socket.writableLength > 0) socket.destroy();
}

function serverFor(workings: Workings, bounds: CallerBounds): Server {
  const nextId = requestIds();
  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue = false,
  ): void => {
    if (!response.socket) {
      refuseQueued(response);
      return;
    }
    const startedAt = workings.clock.monotonic();
    const call: Call = {
      id: nextId(request),
      request,
      response,
      expectsContinue,
      startedAt,
      facts: {},
    };
    void serveCall(call, workings);
  };
  const server = createServer({
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    connectionsCheckingInterval: bounds.checkMs,
    keepAliveTimeout: bounds.keepAliveMs,
    // Its absence is refused by us, in JSON.
    requireHostHeader: false,
  });
  server.maxConnections = MOST_CONNECTIONS;
  // At the first look after a write, Node takes it for progress.
  server.timeout = bounds.stalledMs / 2;
  server.on('timeout', endStalled);
  server.on('request', serve);
  server.on('checkContinue', (request, response) => serve(request, response, true));
  refuseOthers(server);
  return server;
}

/** What is no request to us. */
function refuseOthers(server: Server): void {
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    sendJson(response, 417, errorBody('Expectation failed'));
  });
  server.on('connect', (_, socket) => answerOnSocket(socket, NO_TUNNEL));
  server.on('clientError', answerBrokenRequest);
}
