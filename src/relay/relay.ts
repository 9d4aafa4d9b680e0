// Loaded late: for `serve` alone.
import { Admission } from './chat/admission.js';
import { RateAllowances } from './coordination/in-memory.js';
import { tokenCheck, type Token, plainIds, signedIds } from './exposure/credentials.js';
import { hostNames } from './exposure/browser-guards.js';
import { BodyReader } from './http/read-body.js';
import { openMetrics, startMetricsServer, type MetricsAddress } from './operation/metrics.js';
import { logRequest } from './operation/request-log.js';
import { UpstreamAccess, type UpstreamRequest } from './operation/upstream.js';
import { pathsOf } from './routes.js';
import { startServer, type CallerBounds } from './server.js';
import type { RelayState, RequestServices, RequestSettings, Routes } from './state.js';
import type { PagePorts } from './ui/page.js';

export interface RelaySettings extends RequestSettings {
  host: string;
  /** 0 takes a free one. */
  port: number;
  allowedHosts: readonly string[];
  /** Without any, everyone is served. */
  tokens: readonly Token[];
  /** Sign conversation ids, the first one new ones; undefined: they are not signed. */
  signingSecrets: readonly string[] | undefined;
  /** Of `GET /metrics` without a token; undefined: there is none. */
  metrics: MetricsAddress | undefined;
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
export interface RelayServices extends RequestServices {
  upstream: Upstream;
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
  const { metrics } = settings;
  const state = await openState(settings, services);
  const stopMetrics = metrics
    ? await startMetricsServer(metrics, state.metricsText)
    : () => undefined;
  const server = await startServer(settings, state).catch((error: unknown) => {
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
      await state.coordination.close();
    },
  };
}

async function openState(settings: RelaySettings, services: RelayServices): Promise<RelayState> {
  const { tokens, signingSecrets } = settings;
  const { upstream, clock, log } = services;
  const access = new UpstreamAccess({ check: upstream.check, clock, log });
  const moreRoutes = services.page ? await routesOfPage(services.page, settings) : {};
  const readings = {
    turnsInFlight: () => state.running.length,
    turnsWaiting: () => state.waiting,
    turnsHeld: () => state.admission.waiting,
    isRedisUp: services.coordination.isUp,
    isKeyRefused: () => access.problem !== undefined,
  };
  const metrics = openMetrics(readings, pathsOf(moreRoutes));
  upstream.onRequest((request) => {
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
      logRequest(log, call, totalMs);
    },
    admission: new Admission({ ...services, isCrowded: upstream.isCrowded }),
    bodies: new BodyReader(),
    guesses: new RateAllowances(clock),
    ...{ access, running: [], waiting: 0, unanswered: 0, lastAnswerAt: 0, connections: new Set() },
    ...{ isDraining: false, keepsConnections: true, isEnding: false },
  };
  return state;
}

async function routesOfPage(ports: PagePorts, { tokens }: RelaySettings): Promise<Routes> {
  const { pageRoutes } = await import('./ui/page.js');
  return pageRoutes(ports, tokens.length > 0);
}
