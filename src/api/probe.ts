import { promises as dns } from 'node:dns';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AppError } from '../base/errors.js';
import { version } from '../base/environment.js';
import { networkError, ON_THE_WAY_HINT } from './failures.js';
import { discard } from './http.js';
import type { Transport } from './transport.js';

/** Bound on each probe, in milliseconds. */
const PROBE_MS = 10_000;

/** The addresses of a host. Rejects with an AppError. */
export async function lookUp(host: string, signal: AbortSignal): Promise<string[]> {
  try {
    const addresses = await bounded(dns.lookup(host, { all: true }), host, signal);
    return addresses.map(({ address }) => address);
  } catch (error) {
    throw error instanceof AppError ? error : networkError(error, host);
  }
}

/** Opens a connection and closes it again. Rejects with an AppError. */
export async function connect(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = connectTcp({ host, port });
  await opened(socket, 'connect', { host: `${host}:${port}`, signal });
  socket.destroy();
}

/** The issuer of a server's certificate. Rejects with an AppError when it is not trusted. */
export async function handshake(host: string, port: number, signal: AbortSignal): Promise<string> {
  const { connect: connectTls } = await import('node:tls');
  const name = isIP(host) === 0 ? { servername: host } : {};
  // Nothing is sent, so an untrusted certificate can be looked at, to say whose it is.
  const socket = connectTls({ host, port, rejectUnauthorized: false, ...name });
  await opened(socket, 'secureConnect', { host: `${host}:${port}`, signal });
  const issuer = issuerOf(socket);
  const { authorized, authorizationError } = socket;
  socket.destroy();
  if (authorized) return issuer;
  throw untrusted(authorizationError, `${host}:${port}`, issuer);
}

function issuerOf(socket: TLSSocket): string {
  const { issuer } = socket.getPeerCertificate() as { issuer?: Record<string, unknown> };
  const names = [issuer?.['O'], issuer?.['CN']].filter((name) => typeof name === 'string');
  return names.length === 0 ? 'nobody that it names' : names.join(', ');
}

/** Node gives the reason as a code or as an error, whatever its types say. */
function untrusted(reason: unknown, host: string, issuer: string): AppError {
  const cause = reason instanceof Error ? reason : new Error(String(reason));
  const error = networkError(Object.assign(cause, { code: codeOf(reason) }), host);
  return error.but({ message: `${error.message}: its certificate is issued by ${issuer}` });
}

function codeOf(reason: unknown): string {
  return reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason);
}

/** The server's clock by any response of the API, in milliseconds since 1970. Needs no key. */
export async function serverTime(
  transport: Transport,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { headers, body } = await transport.request({
    method: 'GET',
    path: '/ai/assistants',
    headers: {
      'user-agent': `telnyx-chat/${version}`,
      accept: 'application/json',
      'accept-encoding': 'identity',
    },
    signal,
    timeouts: { connectMs: PROBE_MS, silenceMs: PROBE_MS, totalMs: PROBE_MS },
  });
  await discard(body);
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? undefined : time;
}

interface Probe {
  host: string;
  signal: AbortSignal;
}

/** Waits until a socket is open. */
async function opened(socket: Socket, event: string, { host, signal }: Probe): Promise<void> {
  const open = new Promise<void>((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', (error) => reject(networkError(error, host)));
    socket.once('close', () => {
      reject(new AppError('network', `connection cut by ${host}`, { hint: ON_THE_WAY_HINT }));
    });
  });
  try {
    await bounded(open, host, signal);
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}

/** The promise's value, or an AppError when it takes too long or the program is stopped. */
async function bounded<T>(promise: Promise<T>, host: string, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let end: () => void = () => undefined;
  const bound = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    const timer = setTimeout(() => reject(tooSlow(host)), PROBE_MS);
    signal.addEventListener('abort', abort, { once: true });
    end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([promise, bound]);
  } finally {
    end();
  }
}

function tooSlow(host: string): AppError {
  return new AppError('timeout', `no answer of ${host} within ${PROBE_MS / 1000} s`, {
    hint: 'check the network, a firewall on the way, and whether a proxy is needed: HTTPS_PROXY',
  });
}
