// Loaded late: for `serve` alone.
import type { Clock } from '../base/time.js';
import type { Call } from './call.js';
import { ControllerPool } from './chat/controller-pool.js';
import type { Coordination, Rate } from './coordination/coordination.js';
import { tokenCheck, type Token } from './exposure/bearer-tokens.js';
import { hostNames } from './exposure/browser-guards.js';
import { plainIds, signedIds } from './exposure/signed-ids.js';
import { BodyReader } from './http/read-body.js';
import type { Log } from './operation/log.js';
import { openMetrics, startMetricsServer, type Metrics } from './operation/metrics.js';
import { logRequest } from './operation/request-log.js';
import type { RelayState, RunningTurn, TakeTurn } from './relay-state.js';
import { CALLER_BOUNDS, startServer, type CallerBounds, type RunningServer } from './server.js';

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
  /** Signs conversation ids; undefined: they are not signed. */
  signingSecret: string | undefined;
  /** On loopback, without a token. */
  metricsPort: number | undefined;
  /** Serves a page at `/` to try the chat. */
  hasPage: boolean;
  /** Left out, those for the internet. */
  bounds?: CallerBounds;
}

/** The parts of the program that the relay works with. */
export interface RelayServices {
  takeTurn: TakeTurn;
  turnTimeoutMs: number;
  coordination: Coordination;
  clock: Clock;
  log: Log;
}

export interface Relay {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** Accepts nothing new and waits for what runs; stops it after 30 seconds. */
  drain(): Promise<void>;
}

/** Starts the relay. Rejects with a usage error when it can't listen on its address. */
export async function startRelay(settings: RelaySettings, services: RelayServices): Promise<Relay> {
  const running: RunningTurn[] = [];
  const metrics = openMetrics(() => running.length);
  const state: RelayState = {
    ...stateOf(settings, services),
    showPage: settings.hasPage ? await pageFor(settings) : undefined,
    metricsText: metrics.text,
    report: reporter(metrics, services.log),
    running,
  };
  const { bounds = CALLER_BOUNDS } = settings;
  const server = await startServer({ ...settings, bounds }, state);
  const stopMetrics = await startMetricsBeside(server, settings.metricsPort, metrics.text);
  return {
    url: server.url,
    async drain() {
      await server.drain();
      stopMetrics();
      await services.coordination.close();
    },
  };
}

function stateOf(settings: RelaySettings, services: RelayServices) {
  const { tokens, signingSecret, host, isLoopback, allowedHosts } = settings;
  const { takeTurn, turnTimeoutMs, coordination, clock } = services;
  return {
    takeTurn,
    turnTimeoutMs,
    coordination,
    clock,
    maxTurns: settings.maxTurns,
    rate: settings.rate,
    origins: settings.origins,
    tokens: tokens.length === 0 ? undefined : tokenCheck(tokens),
    hosts: hostNames(host, isLoopback, allowedHosts),
    conversationIds: signingSecret === undefined ? plainIds : signedIds(signingSecret),
    bodies: new BodyReader(),
    controllers: new ControllerPool(),
    unanswered: 0,
    isDraining: false,
  };
}

function reporter(metrics: Metrics, log: Log): RelayState['report'] {
  return (call, totalMs) => {
    metrics.count(call, totalMs);
    logRequest(log, call, totalMs);
  };
}

async function pageFor({ tokens }: RelaySettings): Promise<(call: Call) => void> {
  const { makePage, sendPage } = await import('./ui/page.js');
  const page = makePage(tokens.length > 0);
  return (call) => sendPage(page, call);
}

/** Serves metrics on a port of their own, if there is one. Returns a function that stops it. */
async function startMetricsBeside(
  server: RunningServer,
  port: number | undefined,
  text: () => Promise<string>,
): Promise<() => void> {
  if (port === undefined) return () => undefined;
  try {
    return await startMetricsServer(port, text);
  } catch (error) {
    await server.drain();
    throw error;
  }
}
