import { createServer, type IncomingMessage } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { listen } from '../../base/listen.js';
import type { Call } from '../state.js';
import { assertHost, hostNames } from '../exposure/browser-guards.js';
import { answerBrokenRequest, Refusal, sendError, type Answerable } from '../http/answer.js';
import { statusOf } from './request-log.js';

/** In seconds, from the relay's own answers to the longest turns. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120];

export interface Metrics {
  count(call: Call, totalMs: number): void;
  /** In the text format of Prometheus. */
  text: () => Promise<string>;
}

/** Metrics for Prometheus. `turnsInFlight` is called when they are collected. */
export function openMetrics(turnsInFlight: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { requests, seconds, waits, replays } = registerMetrics(registry, turnsInFlight);
  return {
    count(call, totalMs) {
      const { route = 'other', waitedMs, isReplay } = call.facts;
      requests.inc({ route, status: statusOf(call) });
      seconds.observe({ route }, totalMs / 1000);
      if (waitedMs !== undefined) waits.observe(waitedMs / 1000);
      if (isReplay) replays.inc();
    },
    text: () => registry.metrics(),
  };
}

function registerMetrics(registry: Registry, turnsInFlight: () => number) {
  const registers = [registry];
  new Gauge({
    name: 'telnyx_chat_turns_in_flight',
    help: 'Turns that run or wait now',
    registers,
    collect() {
      this.set(turnsInFlight());
    },
  });
  return {
    requests: new Counter({
      name: 'telnyx_chat_requests_total',
      help: 'Requests answered; 499: the caller left',
      labelNames: ['route', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'telnyx_chat_request_seconds',
      help: 'Time to the end of the answer',
      labelNames: ['route'],
      buckets: BUCKETS,
      registers,
    }),
    waits: new Histogram({
      name: 'telnyx_chat_turn_wait_seconds',
      help: 'Time that a turn waited for earlier ones of its conversation',
      buckets: BUCKETS,
      registers,
    }),
    replays: new Counter({
      name: 'telnyx_chat_replays_total',
      help: 'Requests answered by what was stored for their Idempotency-Key',
      registers,
    }),
  };
}

/** Answers with metrics. Never rejects. */
export async function sendMetrics(to: Answerable, text: () => Promise<string>): Promise<void> {
  try {
    const body = await text();
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    to.response.writeHead(
      200,
      to.id === undefined ? headers : { ...headers, 'x-request-id': to.id },
    );
    to.response.end(body);
  } catch {
    sendError(to, new Refusal(503, 'Metrics unavailable'));
  }
}

const HOST = '127.0.0.1';
const HOST_NAMES = hostNames({ host: HOST, isLoopback: true, allowedHosts: [] });

/** Serves `GET /metrics` on a loopback port of its own. Returns a function that stops it. */
export async function startMetricsServer(
  port: number,
  text: () => Promise<string>,
): Promise<() => void> {
  // A request without a Host is refused below, in JSON.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    try {
      assertScrape(request);
      void sendMetrics({ response }, text);
    } catch (error) {
      sendError({ response }, error as Refusal);
    }
  });
  server.on('clientError', answerBrokenRequest);
  await listen(server, { host: HOST, port, hint: 'choose another --metrics-port' });
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

/** Throws a Refusal of any other request. */
function assertScrape(request: IncomingMessage): void {
  assertHost(request, HOST_NAMES);
  if (request.url !== '/metrics') throw new Refusal(404, 'Not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Refusal(405, 'Method not allowed', { allow: 'GET, HEAD' });
  }
}
