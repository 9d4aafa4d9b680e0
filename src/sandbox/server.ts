import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { Clock } from '../base/time.js';
import { AppError } from '../base/errors.js';
import type { Interceptor } from './call.js';
import { ASSISTANTS } from './assistants.js';
import { readBody } from './body.js';
import { control, isControl } from './control.js';
import { exchange, type SandboxRequest, type Workings } from './exchange.js';
import { FaultPlan, type FaultSettings } from './faults/plan.js';
import { IdempotencyKeys } from './idempotency.js';
import type { OperationName } from './routes.js';
import { SendLog, statsOf, type Stats } from './stats.js';
import { send } from './event-stream.js';
import { ConversationStore } from './store.js';

/** Long, so that a kept-alive connection does not close under a client that just reuses it. */
const KEEP_ALIVE_MS = 60_000;

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  port?: number | undefined;
  host?: string | undefined;
  /** Time before a reply's first byte; a streamed reply takes as long again over its deltas. */
  latencyMs?: number | undefined;
  clock: Clock;
  /** Must give UUIDs: they become the ids of conversations. */
  randomId: () => string;
  /** Stands around every operation: for what no fault does. */
  intercept?: Interceptor | undefined;
  faultSettings?: FaultSettings | undefined;
}

export interface Sandbox {
  /** The base URL, such as `http://127.0.0.1:4010/v2`. */
  url: string;
  /** The assistant to use when nobody chose one. */
  assistantId: string;
  store: ConversationStore;
  /** How many requests came for an operation, with a valid key. */
  requestCount(operation: OperationName): number;
  /** Faults by name in place of those so far. Throws a usage error. */
  setFaults(settings: FaultSettings): void;
  stats(): Stats;
  /** Ends at once: open connections are cut. */
  close(): Promise<void>;
}

/** Starts the local Telnyx API. Rejects with an AppError when it can't listen there or knows no such fault. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0 } = options;
  const closing = new AbortController();
  // Every running turn listens: many at a time are no leak.
  setMaxListeners(0, closing.signal);
  const workings = workingsOf(options, closing.signal);
  const known = new WeakSet<Socket>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void handle(request, response, { workings, known, randomId: options.randomId });
  });
  server.on('connection', (socket) => {
    const faults = workings.plan.choose({ target: 'connection', isReused: false });
    if (faults.length > 0) socket.resetAndDestroy();
  });
  const boundPort = await listen(server, host, port);
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${boundPort}/v2`,
    assistantId: ASSISTANTS[0].id,
    store: workings.store,
    requestCount: (operation) => workings.counts.get(operation) ?? 0,
    setFaults: (settings) => void (workings.plan = new FaultPlan(settings)),
    stats: () => statsOf(workings),
    close: () => close(server, closing),
  };
}

function workingsOf(options: SandboxOptions, closing: AbortSignal): Workings {
  const { clock, randomId, latencyMs = 0, intercept, faultSettings = {} } = options;
  return {
    store: new ConversationStore(clock, randomId),
    keys: new IdempotencyKeys(clock),
    intercept,
    plan: new FaultPlan(faultSettings),
    firstFaults: faultSettings,
    sends: new SendLog(),
    counts: new Map(),
    clock,
    randomId,
    latencyMs,
    closing,
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => {
      const hint = 'Choose another port, or 0 for a free one.';
      const message = `The sandbox cannot listen on ${host}:${port} (${cause.message})`;
      reject(new AppError('usage', message, { hint, cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(server: Server, closing: AbortController): Promise<void> {
  return new Promise((resolve) => {
    closing.abort(new Error('The sandbox is closing.'));
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Handling {
  workings: Workings;
  /** Connections that have carried a request. */
  known: WeakSet<Socket>;
  randomId: () => string;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { workings, known, randomId }: Handling,
): Promise<void> {
  try {
    response.setHeader('x-request-id', randomId());
    response.setHeader('date', workings.clock.now().toUTCString());
    const isReused = known.has(request.socket);
    known.add(request.socket);
    const whole = { ...(await received(request)), isReused };
    const answer = isControl(whole) ? control(whole, workings) : await exchange(whole, workings);
    await send(answer, response, workings.clock);
  } catch {
    // The client went away: there is nobody to tell.
    response.destroy();
  }
}

async function received(request: IncomingMessage): Promise<Omit<SandboxRequest, 'isReused'>> {
  const { method = '', url = '', headers, headersDistinct } = request;
  return {
    method,
    target: url,
    authorization: headers.authorization,
    idempotencyKeys: headersDistinct['idempotency-key'] ?? [],
    body: await readBody(request),
  };
}
