// Loaded late: for `serve` alone.
import type { Clock } from '../base/time.js';
import type { Coordination, Rate } from './coordination/coordination.js';
import { tokenCheck, type Token, plainIds, signedIds } from './exposure/credentials.js';
import { hostNames } from './exposure/browser-guards.js';
import { BodyReader } from './http/read-body.js';
import type { Log } from './operation/log.js';
import { openMetrics, startMetricsServer } from './operation/metrics.js';
import { logRequest } from './operation/request-log.js';
import { CALLER_BOUNDS, startServer, type CallerBounds } from './server.js';
import type { Call, RelayState, RunningTurn, TakeTurn } from './state.js';

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
  /** New connections are accepted for so long after the relay is told to end, in milliseconds. */
  drainDelayMs: number;
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
  /** Ends it without refusing anyone; what runs is stopped after 30 seconds. */
  drain(): Promise<void>;
}

/** Starts the relay. Rejects with a usage error when it can't listen on its address. */
export async function startRelay(settings: RelaySettings, services: RelayServices): Promise<Relay> {
  const running: RunningTurn[] = [];
  const metrics = openMetrics(() => running.length);
  const { tokens, signingSecret, metricsPort, bounds = CALLER_BOUNDS } = settings;
  const state: RelayState = {
    ...settings,
    ...services,
    tokens: tokens.length === 0 ? undefined : tokenCheck(tokens),
    hosts: hostNames(settings),
    conversationIds: signingSecret === undefined ? plainIds : signedIds(signingSecret),
    showPage: settings.hasPage ? await pageFor(settings) : undefined,
    metricsText: metrics.text,
    report(call, totalMs) {
      metrics.count(call, totalMs);
      logRequest(services.log, call, totalMs);
    },
    bodies: new BodyReader(),
    running,
    unanswered: 0,
    isDraining: false,
    keepsConnections: true,
    isEnding: false,
    lastAnswerAt: 0,
  };
  const stopMetrics = await startMetricsBeside(metricsPort, metrics.text);
  const server = await startServer({ ...settings, bounds }, state).catch((error: unknown) => {
    stopMetrics();
    throw error;
  });
  return {
    url: server.url,
    async drain() {
      await server.drain();
      stopMetrics();
      await services.coordination.close();
    },
  };
}

async function pageFor({ tokens }: RelaySettings): Promise<(call: Call) => void> {
  const { makePage, sendPage } = await import('./ui/page.js');
  const page = makePage(tokens.length > 0);
  return (call) => sendPage(page, call);
}

/** Serves metrics on a port of their own, if there is one. Returns a function that stops it. */
async function startMetricsBeside(
  port: number | undefined,
  text: () => Promise<string>,
): Promise<() => void> {
  return port === undefined ? () => undefined : startMetricsServer(port, text);
}
