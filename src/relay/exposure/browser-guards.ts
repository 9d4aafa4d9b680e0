import type { IncomingMessage } from 'node:http';
import type { Call } from '../state.js';
import { Refusal } from '../http/answer.js';

type Hosts = ReadonlySet<string>;

interface Address {
  host: string;
  isLoopback: boolean;
  /** Other names under which it may be asked for. */
  allowedHosts: readonly string[];
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The names that the `Host` header may have; undefined for any. On loopback, a page whose DNS name points to
 * 127.0.0.1 would otherwise count as the relay's own origin (DNS rebinding).
 */
export function hostNames({ host, isLoopback, allowedHosts }: Address): Hosts | undefined {
  if (!isLoopback && allowedHosts.length === 0) return undefined;
  const own = isLoopback ? [...LOOPBACK_NAMES, host] : [];
  return new Set([...own, ...allowedHosts.map((name) => name.toLowerCase())]);
}

/**
 * Throws a 400 unless there is exactly one Host (HTTP/1.0 may have none), and a 403 for a name that is not
 * accepted. The port may be any, since it may be forwarded.
 */
export function assertHost(request: IncomingMessage, names: Hosts | undefined): void {
  assertOneHost(request);
  const { headers, url = '' } = request;
  if (!names) return;
  const { host = '' } = headers;
  const [, authority = host] = url.startsWith('/') ? [] : (ABSOLUTE.exec(url) ?? []);
  if (names.has(nameIn(host)) && (authority === host || names.has(nameIn(authority)))) return;
  throw new Refusal(403, 'Host not allowed');
}

/** A target such as `http://localhost/health`, which is meant for proxies and also valid here. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** The path of a request's target, without its query. */
export function pathOf(url: string): string {
  const path = url.startsWith('/') ? url : url.replace(ABSOLUTE, '') || '/';
  const queryAt = path.indexOf('?');
  return queryAt < 0 ? path : path.slice(0, queryAt) || '/';
}

/** Probes of load balancers come by address, and by HTTP/1.0 without any Host. */
export function assertProbeHost(
  request: IncomingMessage,
  { hosts, isLoopback }: { hosts: Hosts | undefined; isLoopback: boolean },
): void {
  assertHost(request, isLoopback && request.headers.host !== undefined ? hosts : undefined);
}

function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

function assertOneHost(request: IncomingMessage): void {
  const count = countHosts(request.rawHeaders);
  if (count > 1 || (count === 0 && request.httpVersionMinor > 0)) {
    throw new Refusal(400, 'Bad request', { connection: 'close' });
  }
}

/** Node keeps only the first of several, but a proxy in front may have used another one. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

type Origins = ReadonlySet<string>;

const EXPOSED_HEADERS = 'x-request-id, retry-after, idempotent-replayed';
const PREFLIGHT_MAX_AGE_S = '600';

/** Lets a page of a listed origin read the answer. */
export function shareWithOrigin({ request, response }: Call, origins: Origins): void {
  if (origins.size === 0) return;
  response.setHeader('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined || !isListed(origin, origins)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
}

/** Answers a CORS preflight. Throws a 403 for an origin that is not listed. */
export function preflight({ id, request, response }: Call, origins: Origins): void {
  const { origin } = request.headers;
  if (origin === undefined || !isListed(origin, origins)) throw originRefused();
  response.writeHead(204, {
    'x-request-id': id,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers':
      'authorization, content-type, idempotency-key, x-request-id, traceparent',
    'access-control-max-age': PREFLIGHT_MAX_AGE_S,
  });
  response.end();
}

/**
 * Throws a 403 for a page of an origin that is not listed: a browser sends what looks like a form without a
 * preflight. Other clients send no origin and are let through.
 */
export function assertOrigin(request: IncomingMessage, origins: Origins): void {
  const { origin, host = '', 'sec-fetch-site': site } = request.headers;
  if (origin === undefined) {
    if (site === undefined || site === 'same-origin' || site === 'none') return;
    throw originRefused();
  }
  const isOwn = origin === `http://${host}` || origin === `https://${host}`;
  if (!isOwn && !isListed(origin, origins)) throw originRefused();
}

/** Throws a 415 for a body in an encoding, such as gzip. */
export function assertPlainBody({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return;
  const accepted = { 'accept-encoding': 'identity', connection: 'close' };
  throw new Refusal(415, 'Content-Encoding is not supported', accepted);
}

/** Throws a 415 for a browser's form, which any page can send without a preflight. */
export function assertNoForm({ headers }: IncomingMessage): void {
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const type = headers['content-type'];
  if (!isBrowser) return;
  if (type === undefined || /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) return;
  throw new Refusal(415, 'Content-Type must be application/json');
}

function isListed(origin: string, origins: Origins): boolean {
  return origins.has(origin) || origins.has('*');
}

function originRefused(): Refusal {
  return new Refusal(403, 'Origin not allowed');
}
