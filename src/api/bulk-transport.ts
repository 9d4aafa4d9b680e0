// Loaded late: only commands that read many conversations need it.
import { createTransport, type Transport, type TransportOptions } from './transport.js';

/** Fewer requests take less time than it takes to load undici. */
const MANY_REQUESTS = 500;

/** HTTP over node:http, which starts sooner, and over undici once there are many requests. */
export function createBulkTransport(options: TransportOptions): Transport {
  const first = createTransport(options);
  let current = first;
  let count = 0;
  const change = async (): Promise<void> => {
    const { createUndiciTransport } = await import('./undici-transport.js');
    current = createUndiciTransport(options);
  };
  return {
    async request(request) {
      if (++count === MANY_REQUESTS) await change();
      return current.request(request);
    },
    close() {
      first.close();
      current.close();
    },
  };
}
