import { AppError } from './errors.js';

/** A server of node:http. */
interface Listener {
  once(event: 'error', listener: (cause: Error) => void): unknown;
  listen(port: number, host: string, listener: () => void): unknown;
  address(): { port: number } | string | null;
}

interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  hint: string;
  /** Begins the message of the error. */
  problem?: string;
}

/** Resolves with a URL such as `http://127.0.0.1:8080`. Rejects with a usage error. */
export function listen(
  server: Listener,
  { host, port, hint, problem = 'cannot listen' }: ListenOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `${problem} on ${host}:${port} (${cause.message})`;
      reject(new AppError('usage', message, { hint, cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}
