import { createTransport, type Transport, type TransportOptions } from './transport.js';

/** With fewer requests, loading undici takes longer than it saves. */
const MANY_REQUESTS = 500;

/** HTTP for commands that read many conversations: node:http at first, then undici, which is quicker but loads longer. */
export function createBulkTransport(options: TransportOptions): Transport {
  const first = createTransport(options);
  let current = first;
  let count = 0;
  return {
    async request(request) {
      if (++count === MANY_REQUESTS) {
        const { createUndiciTransport } = await import('./undici-transport.js');
        current = createUndiciTransport(options);
      }
      return current.request(request);
    },
    close() {
      first.close();
      current.close();
    },
  };
}
