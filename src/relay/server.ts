import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { AppError } from '../errors.js';
import type { Call } from './call.js';
import { requestIds } from './http/request-ids.js';
import { answerBrokenRequest } from './http/broken-request.js';
import { BodyReader } from './http/read-body.js';
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

export interface RelayOptions extends Omit<Workings, 'running' | 'isDraining' | 'bodies'> {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

export interface Relay {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** Accepts nothing new, finishes what runs, or stops it after 30 seconds. */
  drain(): Promise<void>;
}

/** Starts the relay. Rejects with a usage error when it can't listen there. */
export async function startRelay({ host, port, ...rest }: RelayOptions): Promise<Relay> {
  const workings: Workings = {
    ...rest,
    bodies: new BodyReader(),
    running: new Set(),
    isDraining: false,
  };
  const server = serverFor(workings);
  const bound = await listen(server, host, port);
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${bound}`,
    port: bound,
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
  server.on('clientError', answerBrokenRequest);
  return server;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `cannot listen on ${host}:${port} (${cause.message})`;
      reject(new AppError('usage', message, { hint: 'choose another --port or --host', cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function drain(server: Server, workings: Workings): Promise<void> {
  workings.isDraining = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const stop = setTimeout(() => {
    const reason = new AppError('terminated', 'the relay is ending');
    for (const turn of workings.running) turn.abort(reason);
  }, DRAIN_MS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS + LAST_ANSWERS_MS);
  await closed;
  clearTimeout(stop);
  clearTimeout(cut);
}
