import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { listen } from '../base/listen.js';
import { ASSISTANTS, type SandboxStore } from './store.js';
import { control, isControl, statsOf, type Stats } from './control.js';
import {
  exchange,
  type SandboxRequest,
  createState,
  type SandboxSettings,
  type SandboxState,
} from './exchange.js';
import { FaultPlan, type FaultSettings } from './faults/plan.js';
import type { OperationName } from './routes.js';
import { sendAnswer } from './send-answer.js';

/** Longer than a client waits between two requests, so that none meets a closing connection. */
const KEEP_ALIVE_MS = 60_000;

/** Telnyx documents no limit without an Idempotency-Key. This one guards the memory. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export interface SandboxOptions extends SandboxSettings {
  /** A free one by default. */
  port?: number | undefined;
  host?: string | undefined;
}

export interface Sandbox {
  /** The base URL, such as `http://127.0.0.1:4010/v2`. */
  url: string;
  /** The default assistant. */
  assistantId: string;
  readonly store: SandboxStore;
  /** How many requests with a valid key came for an operation. */
  requestCount(operation: OperationName): number;
  /** Replaces all faults. Throws a usage error. */
  setFaults(settings: FaultSettings): void;
  stats(): Stats;
  /** Ends at once: open connections are cut. */
  close(): Promise<void>;
}

/** Starts the local Telnyx API. A port that is taken or an unknown fault is a usage error. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0 } = options;
  const closing = new AbortController();
  // Each running turn adds a listener: more than ten are no leak.
  setMaxListeners(0, closing.signal);
  const state = createState(options, closing.signal);
  const server = createSandboxServer(state);
  const hint = 'choose another port, or 0 for a free one';
  const problem = 'the sandbox cannot listen';
  const url = await listen(server, { host, port, hint, problem });
  return {
    url: `${url}/v2`,
    assistantId: ASSISTANTS[0].id,
    get store() {
      return state.store;
    },
    requestCount: (operation) => state.requests.get(operation) ?? 0,
    setFaults: (settings) => void (state.plan = new FaultPlan(settings)),
    stats: () => statsOf(state),
    close: () => close(server, closing),
  };
}

function createSandboxServer(state: SandboxState): Server {
  const used = new WeakSet<Socket>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const isReused = used.has(request.socket);
    used.add(request.socket);
    void handle(request, response, { state, isReused });
  });
  server.on('connection', (socket) => {
    if (state.plan.choose('connection', false).length > 0) socket.resetAndDestroy();
  });
  return server;
}

function close(server: Server, closing: AbortController): Promise<void> {
  return new Promise((resolve) => {
    closing.abort(new Error('The sandbox is closing.'));
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { state, isReused }: { state: SandboxState; isReused: boolean },
): Promise<void> {
  const { clock, randomId } = state.settings;
  try {
    response.setHeader('x-request-id', randomId());
    response.setHeader('date', clock.now().toUTCString());
    const received = { ...(await receive(request)), isReused };
    const answer = isControl(received) ? control(received, state) : await exchange(received, state);
    await sendAnswer(answer, response, clock);
  } catch {
    // The client went away.
    response.destroy();
  }
}

async function receive(request: IncomingMessage): Promise<Omit<SandboxRequest, 'isReused'>> {
  const { method = '', url = '', headers, headersDistinct } = request;
  return {
    method,
    target: url,
    authorization: headers.authorization,
    idempotencyKeys: headersDistinct['idempotency-key'] ?? [],
    body: await readBody(request),
  };
}

/** Undefined for a body over the limit, which is still read: else the client would miss the answer. */
async function readBody(stream: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}
