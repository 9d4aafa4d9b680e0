import type { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import { PooledExchange, type Connection, type Outgoing } from './pooled-exchange.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';

const METHODS: Record<string, 'GET' | 'POST' | 'PUT'> = { GET: 'GET', POST: 'POST', PUT: 'PUT' };
/** Bounds are those of each request; the library has none of its own. */
const UNBOUNDED = { headersTimeout: 0, bodyTimeout: 0, maxResponseSize: -1 };

/**
 * HTTP over undici, which carries half as much again as node:http and takes longer to load: for
 * processes that serve. Through a proxy it is node:http.
 */
export function createPooledTransport(options: TransportOptions): Transport {
  if (options.proxy) return createTransport(options);
  const base = new URL(options.baseUrl);
  const pool = new ConnectionPool(base.origin);
  const prefix = base.pathname.replace(/\/$/, '');
  const exchangeOptions = { ...options, host: base.host };
  return {
    request: (request) =>
      new PooledExchange(request, pool.take(), exchangeOptions).response(prefix + request.path),
    close: () => pool.close(),
  };
}

/** It gives back the socket that it opens, though its type does not say so. */
type Connector = (...parameters: Parameters<buildConnector.connector>) => unknown;

/** Connections to one server: the one used last is taken first, so that those too many fall idle. */
class ConnectionPool {
  readonly #origin: string;
  readonly #connector: Connector = buildConnector({ timeout: 0 });
  readonly #all = new Set<PooledConnection>();
  readonly #idle: PooledConnection[] = [];

  constructor(origin: string) {
    this.#origin = origin;
  }

  take(): PooledConnection {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) if (idle.isOpen) return idle;
    const connection = new PooledConnection(this.#origin, this.#connector, {
      onIdle: (each) => void this.#idle.push(each),
      onEnd: (each) => void this.#all.delete(each),
    });
    this.#all.add(connection);
    return connection;
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
  }
}

interface Watch {
  onIdle(connection: PooledConnection): void;
  onEnd(connection: PooledConnection): void;
}

/** One connection and what it carries; when it ends, it is not opened again. */
class PooledConnection implements Connection {
  socket: Socket | undefined;
  sent = 0;
  readonly #client: Client;
  readonly #watch: Watch;
  #opening: unknown;
  #isBusy = false;
  #hasEnded = false;

  constructor(origin: string, connector: Connector, watch: Watch) {
    this.#watch = watch;
    const connect: buildConnector.connector = (options, done) => {
      const opened: buildConnector.Callback = (...result) => {
        this.socket = result[1] ?? undefined;
        done(...result);
      };
      this.#opening = connector(options, opened);
    };
    this.#client = new Client(origin, { ...UNBOUNDED, connect, pipelining: 1 });
    this.#client.on('disconnect', () => this.#end());
  }

  get isOpen(): boolean {
    return !this.#hasEnded && this.socket?.destroyed === false;
  }

  send({ method, path, headers, body }: Outgoing, exchange: PooledExchange): void {
    this.#isBusy = true;
    const request = { method: METHODS[method] ?? 'GET', path, headers, body: body ?? null };
    this.#client.dispatch(request, exchange);
  }

  release(): void {
    if (!this.#isBusy) return;
    this.#isBusy = false;
    if (this.isOpen) this.#watch.onIdle(this);
    else this.#end();
  }

  destroy(): void {
    const { socket = this.#opening } = this;
    if (isDestroyable(socket)) socket.destroy();
    this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#watch.onEnd(this);
    void this.#client.destroy();
  }
}

function isDestroyable(socket: unknown): socket is { destroy(): void } {
  return typeof socket === 'object' && socket !== null && 'destroy' in socket;
}
