import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError } from '../errors.js';
import type { Call } from './call.js';
import { requestIds } from './http/request-ids.js';
import { errorBody, sendJson } from './http/answer.js';
import { answerBrokenRequest, answerOnSocket, NO_TUNNEL } from './http/broken-request.js';
import { listen, urlOf } from './http/listen.js';
import { serveCall } from './serve-call.js';
import type { Workings } from './workings.js';

/** Bounds on a slow sender, in milliseconds. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 30_000;
/** How soon those bounds are noticed. */
const CHECK_MS = 2_000;
/** Longer than the usual load balancer keeps a connection: it is the one who closes. */
const KEEP_ALIVE_MS = 75_000;
const MOST_CONNECTIONS = 10_000;
/** For what runs when the relay is to end. */
const DRAIN_MS = 30_000;
/** For the answers of turns that were stopped then. */
const LAST_ANSWERS_MS = 1_000;
const SWEEP_MS = 100;

export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** Accepts nothing new, finishes what runs, or stops it after 30 seconds. */
  drain(): Promise<void>;
}

/** Listens. Rejects with a usage error when it can't. */
export async function startServer(
  { host, port }: { host: string; port: number },
  workings: Workings,
): Promise<RunningServer> {
  const server = serverFor(workings);
  const bound = await listen(server, host, port);
  return {
    url: urlOf(host, bound),
    drain: () => drain(server, workings),
  };
}

function serverFor(workings: Workings): Server {
  const nextId = requestIds();
  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue = false,
  ): void => {
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
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Its absence is refused by us, in JSON.
    requireHostHeader: false,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', serve);
  server.on('checkContinue', (request, response) => serve(request, response, true));
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    sendJson(response, 417, errorBody('Expectation failed'));
  });
  server.on('connect', (_, socket) => answerOnSocket(socket, NO_TUNNEL));
  server.on('clientError', answerBrokenRequest);
  return server;
}

async function drain(server: Server, workings: Workings): Promise<void> {
  workings.isDraining = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const stop = setTimeout(() => {
    const reason = new AppError('terminated', 'the relay is ending');
    for (const turn of workings.running) turn.abort(reason);
  }, DRAIN_MS);
  // Connections whose last answer was on its way promised to stay open.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS + LAST_ANSWERS_MS);
  await closed;
  clearTimeout(stop);
  clearTimeout(cut);
  clearInterval(sweep);
}
