import { createServer, type IncomingMessage } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { listen } from '../../base/listen.js';
import { version } from '../../base/environment.js';
import type { Call } from '../state.js';
import { assertHost, hostNames } from '../exposure/browser-guards.js';
import { answerBrokenRequest, Refusal, sendError, type Answerable } from '../http/answer.js';
import { statusOf } from './request-log.js';
import { operationOf, OPERATIONS, type UpstreamRequest } from './upstream.js';

/** In seconds, from the relay's own answers to the longest turns. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 180, 240];

/** The route of every path that the relay does not have. */
const OTHER_ROUTE = 'other';

export interface Metrics {
  count(call: Call, totalMs: number): void;
  countUpstream(request: UpstreamRequest): void;
  /** In the text format of Prometheus. */
  text: () => Promise<string>;
}

/** Read when the metrics are collected. */
export interface Readings {
  turnsInFlight: () => number;
  turnsWaiting: () => number;
  turnsHeld: () => number;
  /** Left out without a Redis. */
  isRedisUp?: (() => boolean) | undefined;
  isKeyRefused: () => boolean;
}

/** Metrics for Prometheus, with a series for every route from the start. */
export function openMetrics(readings: Readings, routes: readonly string[] = []): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerGauges(registry, readings);
  const metrics = registerMetrics(registry);
  startAtZero(metrics, routes);
  return {
    count(call, totalMs) {
      const { route = OTHER_ROUTE, waitedMs, firstTokenMs, isReplay, isCutOff } = call.facts;
      const status = statusOf(call);
      metrics.requests.inc({ route, status });
      metrics.seconds.observe({ route }, totalMs / 1000);
      if (waitedMs !== undefined) metrics.waits.observe(waitedMs / 1000);
      if (firstTokenMs !== undefined) metrics.firstToken.observe(firstTokenMs / 1000);
      if (isReplay) metrics.replays.inc();
      if (isCutOff) metrics.cutOff.inc();
      if (call.facts.isRateLimited) metrics.rateLimited.inc();
    },
    countUpstream(request) {
      const operation = operationOf(request);
      metrics.upstream.inc({ operation, status: request.status });
      metrics.upstreamSeconds.observe({ operation }, request.totalMs / 1000);
    },
    text: () => registry.metrics(),
  };
}

function registerGauges(registry: Registry, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `telnyx_chat_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const { turnsInFlight, turnsWaiting, turnsHeld, isRedisUp, isKeyRefused } = readings;
  gauge('turns_in_flight', 'Turns that run or wait now', turnsInFlight);
  gauge('turns_waiting', 'Turns that wait for earlier ones of their conversation', turnsWaiting);
  gauge(
    'turns_held',
    'Turns held back because many start at once, or long replies wait to be read',
    turnsHeld,
  );
  gauge('upstream_key_refused', '1 while Telnyx refuses the key, or knows no such assistant', () =>
    Number(isKeyRefused()),
  );
  if (isRedisUp) gauge('redis_up', '1 while Redis is reached', () => Number(isRedisUp()));
  const info = new Gauge({
    name: 'telnyx_chat_build_info',
    help: 'Always 1; the label tells the version',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version }, 1);
}

/** Prometheus sees no increase in a series that begins at 1, so what an alert waits for begins at 0. */
function startAtZero({ requests, upstream }: CountersByStatus, routes: readonly string[]): void {
  for (const route of [...routes, OTHER_ROUTE]) requests.inc({ route, status: 500 }, 0);
  requests.inc({ route: '/chat', status: 503 }, 0);
  for (const operation of OPERATIONS) upstream.inc({ operation, status: '402' }, 0);
}

type CountersByStatus = Pick<ReturnType<typeof registerMetrics>, 'requests' | 'upstream'>;

function registerMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `telnyx_chat_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Histogram({ name: `telnyx_chat_${name}`, help, labelNames, registers, buckets: BUCKETS });
  return {
    requests: counter('requests_total', 'Requests answered; 499: the caller left', [
      'route',
      'status',
    ]),
    seconds: histogram('request_seconds', 'Time to the end of the answer', ['route']),
    firstToken: histogram(
      'first_token_seconds',
      'Time to the first piece of a reply that is streamed',
    ),
    waits: histogram(
      'turn_wait_seconds',
      'Time that a turn waited for earlier ones of its conversation',
      [],
    ),
    replays: counter(
      'replays_total',
      'Requests answered by what was stored for their Idempotency-Key',
    ),
    rateLimited: counter('rate_limited_total', 'Requests refused by --rate-limit'),
    cutOff: counter(
      'slow_readers_cut_off_total',
      'Callers cut off because too much waited for slow readers',
    ),
    upstream: counter(
      'upstream_requests_total',
      'Requests to Telnyx by operation and status, or kind of failure',
      ['operation', 'status'],
    ),
    upstreamSeconds: histogram('upstream_seconds', 'Time of a request to Telnyx by operation', [
      'operation',
    ]),
  };
}

/** Answers with metrics. Never rejects. */
export async function sendMetrics(to: Answerable, text: () => Promise<string>): Promise<void> {
  try {
    const body = await text();
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    to.response.writeHead(200, {
      ...headers,
      ...(to.id !== undefined && { 'x-request-id': to.id }),
    });
    to.response.end(body);
  } catch {
    sendError(to, new Refusal(503, 'Metrics unavailable'));
  }
}

export interface MetricsAddress {
  host: string;
  port: number;
  isLoopback: boolean;
}

/** Serves `GET /metrics` on an address of its own. Returns a function that stops it. */
export async function startMetricsServer(
  { host, port, isLoopback }: MetricsAddress,
  text: () => Promise<string>,
): Promise<() => void> {
  const hosts = hostNames({ host, isLoopback, allowedHosts: [] });
  // A request without a Host is refused below, in JSON.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    try {
      assertScrape(request, hosts);
      void sendMetrics({ response }, text);
    } catch (error) {
      sendError({ response }, error as Refusal);
    }
  });
  server.on('clientError', answerBrokenRequest);
  await listen(server, { host, port, hint: 'choose another --metrics-port' });
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

/** Throws a Refusal of any other request. */
function assertScrape(request: IncomingMessage, hosts: ReturnType<typeof hostNames>): void {
  assertHost(request, hosts);
  if (request.url !== '/metrics') throw new Refusal(404, 'Not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Refusal(405, 'Method not allowed', { allow: 'GET, HEAD' });
  }
}
