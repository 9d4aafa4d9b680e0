import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { AppError } from '../../base/errors.js';

/** Resolves with the port. Rejects with a usage error. */
export function listen(
  server: Server,
  host: string,
  port: number,
  hint = 'choose another --port or --host',
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `cannot listen on ${host}:${port} (${cause.message})`;
      reject(new AppError('usage', message, { hint, cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Such as `http://127.0.0.1:8080`. */
export function urlOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
