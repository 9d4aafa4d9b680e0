import type { IncomingHttpHeaders } from 'node:http';

/** A shorter key would be found in words that are no key. */
const SHORTEST_SECRET = 8;

/** An API that repeats the key in its answer does not get it onto a screen or into a log. */
export function withoutKey(text: string, apiKey: string): string {
  return apiKey.length < SHORTEST_SECRET ? text : text.replaceAll(apiKey, '…');
}

/** What the server calls a request, without the key that the request had. */
export function requestIdIn(
  { 'x-request-id': named }: IncomingHttpHeaders,
  { authorization = '' }: Readonly<Record<string, string>>,
): string | undefined {
  const id = Array.isArray(named) ? named[0] : named;
  return id === undefined ? undefined : withoutKey(id, authorization.replace(/^Bearer /, ''));
}
