import type { IncomingMessage } from 'node:http';
import { Refusal } from '../http/answer.js';

/** What loopback is called. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The names under which the relay may be asked for; undefined for any. On loopback, only those that no
 * stranger's DNS can point at it: a page of theirs would otherwise be of our own origin.
 */
export function hostNames(
  bound: string,
  isLoopback: boolean,
  allowed: readonly string[],
): ReadonlySet<string> | undefined {
  if (!isLoopback && allowed.length === 0) return undefined;
  const own = isLoopback ? [...LOOPBACK, bound] : [];
  return new Set([...own, ...allowed.map((name) => name.toLowerCase())]);
}

/** Throws a 400 without exactly one Host (HTTP/1.0 may have none), and a 403 for a name that is not ours. Ports may differ: they are forwarded. */
export function assertHost(request: IncomingMessage, names: ReadonlySet<string> | undefined): void {
  const { host } = request.headers;
  const count = countHosts(request.rawHeaders);
  if (count > 1 || (count === 0 && request.httpVersionMinor > 0)) {
    throw new Refusal(400, 'Bad request', { connection: 'close' });
  }
  if (!names || names.has((host ?? '').replace(/:\d*$/, '').toLowerCase())) return;
  throw new Refusal(403, 'Host not allowed');
}

/** Node keeps the first of several: a proxy before us may have gone by another. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}
