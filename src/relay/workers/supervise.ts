import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Clock } from '../../base/time.js';
import { AppError } from '../../base/errors.js';
import { coordinateWorker, type Shared } from '../coordination/ipc/primary.js';
import { inMemory } from '../coordination/memory/in-memory.js';
import type { Log } from '../operation/log.js';
import { startMetricsServer } from '../operation/metrics.js';
import { urlOf } from '../http/listen.js';
import { channelTo, DRAIN } from './channel-to.js';

/** From the start of a worker that dies to that of the next one in its place, at least, in milliseconds. */
const RESTART_MS = 1_000;
/** For workers to drain before they are killed, in milliseconds. */
const LAST_MS = 35_000;

export interface Supervision {
  count: number;
  host: string;
  metricsPort: number | undefined;
  clock: Clock;
  log: Log;
  /** Aborts when all are to end. */
  signal: AbortSignal;
  /** Told when all listen: with fewer, the death of one could close the port. */
  onListening: (url: string) => void;
}

/** Runs workers until the signal, and then until they are drained. Rejects when they can't start. */
export async function superviseWorkers(options: Supervision): Promise<void> {
  const registry = new AggregatorRegistry();
  const metricsText = (): Promise<string> => registry.clusterMetrics();
  const shared = { memory: inMemory(options.clock), metricsText };
  const { metricsPort, signal } = options;
  const stopMetrics =
    metricsPort === undefined ? undefined : await startMetricsServer(metricsPort, metricsText);
  try {
    await new Promise<void>((resolve, reject) => {
      const crew = new Crew(options, { shared, resolve, reject });
      signal.addEventListener('abort', () => crew.drain(), { once: true });
      crew.start();
    });
  } finally {
    stopMetrics?.();
  }
}

interface Means {
  shared: Shared;
  resolve: () => void;
  reject: (error: AppError) => void;
}

/** Of a worker: when it began, by the monotonic clock, and what ended it, or kept it from starting. */
interface End {
  startedAt: number;
  code?: number;
  signal?: string;
  error?: string;
}

/** The workers that run. */
class Crew {
  readonly #options: Supervision;
  readonly #means: Means;
  readonly #workers = new Set<Worker>();
  readonly #listening = new Set<Worker>();
  #hasListened = false;
  #toldUrl: string | undefined;
  #isDraining = false;

  constructor(options: Supervision, means: Means) {
    this.#options = options;
    this.#means = means;
  }

  start(): void {
    // Workers accept by themselves, whoever is free: a connection on its way from a primary to one that
    // dies would hang, and handing over each takes longer than a turn.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    for (let count = 0; count < this.#options.count; count++) this.#fork();
  }

  drain(): void {
    this.#isDraining = true;
    for (const worker of this.#workers) if (worker.isConnected()) worker.send(DRAIN);
    setTimeout(() => {
      for (const worker of this.#workers) worker.process.kill('SIGKILL');
    }, LAST_MS).unref();
    this.#endWhenEmpty();
  }

  #fork(): void {
    const worker = cluster.fork();
    const startedAt = this.#options.clock.monotonic();
    this.#workers.add(worker);
    coordinateWorker(channelTo(worker), this.#means.shared);
    worker.on('listening', ({ port }) => this.#listens(worker, port));
    worker.on('exit', (code, signal) => this.#lost(worker, { startedAt, code, signal }));
    worker.on('error', ({ message }) => {
      if (worker.process.pid === undefined) this.#lost(worker, { startedAt, error: message });
    });
  }

  #listens(worker: Worker, port: number): void {
    this.#hasListened = true;
    this.#listening.add(worker);
    const url = urlOf(this.#options.host, port);
    // Where any port was asked for, and all died at once, it is another one.
    if (this.#listening.size < this.#options.count || url === this.#toldUrl) return;
    this.#toldUrl = url;
    this.#options.onListening(url);
  }

  #lost(worker: Worker, { startedAt, ...end }: End): void {
    this.#workers.delete(worker);
    this.#listening.delete(worker);
    if (this.#isDraining) {
      this.#endWhenEmpty();
      return;
    }
    if (!this.#hasListened) {
      this.#isDraining = true;
      for (const other of this.#workers) other.process.kill('SIGKILL');
      this.#means.reject(new AppError('usage', 'the workers could not start'));
      return;
    }
    this.#options.log.error({ worker: worker.id, ...end }, 'a worker died and is replaced');
    const leftMs = startedAt + RESTART_MS - this.#options.clock.monotonic();
    setTimeout(
      () => {
        if (!this.#isDraining) this.#fork();
      },
      Math.max(0, leftMs),
    );
  }

  #endWhenEmpty(): void {
    if (this.#workers.size === 0) this.#means.resolve();
  }
}
