import type { Clock } from '../base/time.js';
import { StopSignals } from './chat/stop-signals.js';
import type { TakeTurn } from './chat/run-turn.js';
import type { Coordination, Rate } from './coordination/coordination.js';
import { tokenCheck, type Token } from './exposure/bearer-tokens.js';
import { plainHandles, signedHandles } from './exposure/handles.js';
import { hostNames } from './exposure/hosts.js';
import { BodyReader } from './http/read-body.js';
import type { Level, Log } from './operation/log.js';
import { openMetrics, startMetricsServer } from './operation/metrics.js';
import { requestEntry, statusOf } from './operation/request-entry.js';
import { CALLER_BOUNDS, startServer, type RunningServer, type CallerBounds } from './server.js';
import type { Page } from './ui/page.js';
import { RunningTurns } from './running-turns.js';
import type { Workings } from './workings.js';
import type { Call } from './call.js';

/** What whoever runs the relay decides. */
export interface RelaySettings {
  host: string;
  /** 0 takes a free one. */
  port: number;
  isLoopback: boolean;
  allowedHosts: readonly string[];
  origins: ReadonlySet<string>;
  /** None: everyone is served. */
  tokens: readonly Token[];
  rate: Rate | undefined;
  mostTurns: number;
  /** With which conversation ids are signed. */
  handleSecret: string | undefined;
  /** On loopback; without one, metrics are for those who show a token. */
  metricsPort: number | undefined;
  /** A page at `/` to try the chat with. */
  hasPage: boolean;
  /** Left out, those for the internet. */
  bounds?: CallerBounds;
}

/** What the relay is given to work with. */
export interface RelayMeans {
  takeTurn: TakeTurn;
  /** For one turn, in milliseconds. */
  turnTimeoutMs: number;
  coordination: Coordination;
  clock: Clock;
  log: Log;
}

export interface Relay {
  /** Such as `http://127.0.0.1:8080`. */
  url: string;
  /** Accepts nothing new, finishes what runs, or stops it after 30 seconds. */
  drain(): Promise<void>;
}

/** Starts the relay. Rejects with a usage error when it can't listen there. */
export async function startRelay(settings: RelaySettings, means: RelayMeans): Promise<Relay> {
  const running = new RunningTurns();
  const metrics = openMetrics(() => running.size);
  const { log, coordination } = means;
  const workings: Workings = {
    ...means,
    metricsText: metrics.text,
    mostTurns: settings.mostTurns,
    rate: settings.rate,
    origins: settings.origins,
    tokens: settings.tokens.length === 0 ? undefined : tokenCheck(settings.tokens),
    hosts: hostNames(settings.host, settings.isLoopback, settings.allowedHosts),
    handles:
      settings.handleSecret === undefined ? plainHandles : signedHandles(settings.handleSecret),
    onAnswered(call, totalMs) {
      metrics.answered(call, totalMs);
      logAnswer(log, call, totalMs);
    },
    page: settings.hasPage ? await pageFor(settings) : undefined,
    bodies: new BodyReader(),
    stops: new StopSignals(),
    running,
    unanswered: 0,
    isDraining: false,
  };
  const { bounds = CALLER_BOUNDS } = settings;
  const server = await startServer({ ...settings, bounds }, workings);
  const stopMetrics = await metricsBeside(server, settings.metricsPort, workings.metricsText);
  return {
    url: server.url,
    async drain() {
      await server.drain();
      stopMetrics();
      await coordination.close();
    },
  };
}

/** Serves metrics on a port of their own, where there is one. Gives what ends that. */
async function metricsBeside(
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

async function pageFor({ tokens }: RelaySettings): Promise<Page> {
  const { makePage } = await import('./ui/page.js');
  return makePage(tokens.length > 0);
}

/** Probes come every few seconds: they are of interest only when they fail. */
const PROBES = ['/health', '/ready', '/metrics'];

function logAnswer(log: Log, call: Call, totalMs: number): void {
  log.request(levelOf(call), () => requestEntry(call, totalMs));
}

function levelOf(call: Call): Level {
  const status = statusOf(call);
  if (status >= 500) return status === 500 ? 'error' : 'warn';
  return PROBES.includes(call.facts.route ?? '') ? 'debug' : 'info';
}
