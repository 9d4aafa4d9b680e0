// Loaded late: for `serve` alone.
import type { Clock } from '../base/time.js';
import { Admission } from './chat/admission.js';
import type { Coordination, Rate } from './coordination/coordination.js';
import { RateAllowances } from './coordination/in-memory.js';
import { tokenCheck, type Token, plainIds, signedIds } from './exposure/credentials.js';
import { hostNames } from './exposure/browser-guards.js';
import { BodyReader } from './http/read-body.js';
import type { Log } from './operation/log.js';
import { openMetrics, startMetricsServer, type MetricsAddress } from './operation/metrics.js';
import { logRequest } from './operation/request-log.js';
import { UpstreamAccess, type UpstreamRequest } from './operation/upstream.js';
import { pathsOf } from './routes.js';
import { CALLER_BOUNDS, startServer, type CallerBounds } from './server.js';
import type { RelayState, Routes, RunningTurn, TakeTurn } from './state.js';
import type { PagePorts } from './ui/page.js';

export interface RelaySettings {
  host: string;
  /** 0 takes a free one. */
  port: number;
  isLoopback: boolean;
  allowedHosts: readonly string[];
  origins: ReadonlySet<string>;
  /** Without any, everyone is served. */
  tokens: readonly Token[];
  rate: Rate | undefined;
  maxTurns: number;
  /** Undefined: no limit of its own. */
  maxTurnsPerToken: number | undefined;
  /** The client's address is that many from the right of `X-Forwarded-For`; 0: it is the connection's. */
  trustedProxies: number;
  /** Sign conversation ids, the first one new ones; undefined: they are not signed. */
  signingSecrets: readonly string[] | undefined;
  /** Of `GET /metrics` without a token; undefined: there is none. */
  metrics: MetricsAddress | undefined;
  /** The time in which new connections are accepted after the relay is told to end, in milliseconds. */
  drainDelayMs: number;
  /** Left out, those for the internet. */
  bounds?: CallerBounds;
}

export interface Upstream {
  /** A cheap call with the key; rejects when it fails. */
  check: () => Promise<unknown>;
  /** Calls the listener when a request to Telnyx has ended. */
  onRequest: (listener: (request: UpstreamRequest) => void) => void;
  /** Whether long responses wait to be read, because too much is being read already. */
  isCrowded: () => boolean;
}

/** The parts of the program that the relay works with. */
export interface RelayServices {
  takeTurn: TakeTurn;
  turnTimeoutMs: number;
  coordination: Coordination;
  upstream: Upstream;
  clock: Clock;
  log: Log;
  /** Called once, when so many turns run that another one has to wait. */
  onManyTurns: () => void;
  /** Given, a page at `/` is served to try the chat. */
  page?: PagePorts | undefined;
}

export interface Relay {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** From now on these tokens are accepted. */
  useTokens(tokens: readonly Token[]): void;
  /** Ends it without refusing anyone; what runs is stopped after 30 seconds. */
  drain(): Promise<void>;
}

/** Starts the relay. Rejects with a usage error when it can't listen on its address. */
export async function startRelay(settings: RelaySettings, services: RelayServices): Promise<Relay> {
  const { bounds = CALLER_BOUNDS } = settings;
  const { coordination } = services;
  const state = await openState(settings, services);
  const stopMetrics = await startMetricsBeside(settings.metrics, state.metricsText);
  const server = await startServer({ ...settings, bounds }, state).catch((error: unknown) => {
    stopMetrics();
    throw error;
  });
  state.access.check();
  return {
    url: server.url,
    useTokens: (tokens) => void (state.tokens = tokenCheck(tokens)),
    async drain() {
      await server.drain();
      stopMetrics();
      await coordination.close();
    },
  };
}

async function openState(settings: RelaySettings, services: RelayServices): Promise<RelayState> {
  const { tokens, signingSecrets } = settings;
  const running: RunningTurn[] = [];
  const access = new UpstreamAccess({ ...services, check: services.upstream.check });
  const moreRoutes = services.page ? await routesOfPage(services.page, settings) : {};
  const readings = {
    turnsInFlight: () => running.length,
    turnsWaiting: () => state.waiting,
    isRedisUp: services.coordination.isUp,
    isKeyRefused: () => access.problem !== undefined,
  };
  const metrics = openMetrics(readings, pathsOf(moreRoutes));
  services.upstream.onRequest((request) => {
    metrics.countUpstream(request);
    access.note(request);
  });
  const state: RelayState = {
    ...settings,
    ...services,
    tokens: tokens.length === 0 ? undefined : tokenCheck(tokens),
    hosts: hostNames(settings),
    conversationIds: signingSecrets ? signedIds(signingSecrets) : plainIds,
    moreRoutes,
    metricsText: metrics.text,
    report(call, totalMs) {
      metrics.count(call, totalMs);
      logRequest(services.log, call, totalMs);
    },
    admission: new Admission({ ...services, isCrowded: services.upstream.isCrowded }),
    bodies: new BodyReader(),
    guesses: new RateAllowances(services.clock),
    ...{ access, running, waiting: 0, unanswered: 0, lastAnswerAt: 0, connections: new Set() },
    ...{ isDraining: false, keepsConnections: true, isEnding: false },
  };
  return state;
}

async function routesOfPage(ports: PagePorts, { tokens }: RelaySettings): Promise<Routes> {
  const { pageRoutes } = await import('./ui/page.js');
  return pageRoutes(ports, tokens.length > 0);
}

/** Serves metrics on a port of their own, if there is one. Returns a function that stops it. */
async function startMetricsBeside(
  address: MetricsAddress | undefined,
  text: () => Promise<string>,
): Promise<() => void> {
  return address ? startMetricsServer(address, text) : () => undefined;
}
