import { ConnectionPool } from './http1/connection-pool.js';
import { dialTo } from './http1/dial.js';
import { PooledExchange } from './pooled-exchange.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';

/**
 * HTTP over connections of our own, which carries several times what node:http does: for processes
 * that serve. Through a proxy it is node:http.
 */
export function createPooledTransport(options: TransportOptions): Transport {
  if (options.proxy) return createTransport(options);
  const base = new URL(options.baseUrl);
  const pool = new ConnectionPool(dialTo(base));
  const prefix = base.pathname.replace(/\/$/, '');
  const exchangeOptions = { ...options, host: base.host, prefix };
  return {
    request: (request) => new PooledExchange(request, pool, exchangeOptions).response(),
    close: () => pool.close(),
  };
}
