import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import { Refusal } from '../http/answer.js';

/** Pages that may use the relay from their own origin; `*` for all. */
export type Origins = ReadonlySet<string>;

const EXPOSED = 'x-request-id, retry-after, idempotent-replayed';
/** How long a browser may remember what a preflight said, in seconds. */
const PREFLIGHT_S = '600';

/** Lets a page of a listed origin read the answer. */
export function shareWithOrigin({ request, response }: Call, origins: Origins): void {
  if (origins.size === 0) return;
  response.setHeader('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined || !isListed(origin, origins)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
}

/** Answers what a browser asks before a page of a listed origin may post. Throws a 403. */
export function preflight({ request, response }: Call, origins: Origins): void {
  const { origin } = request.headers;
  if (origin === undefined || !isListed(origin, origins)) throw notAllowed();
  response.writeHead(204, {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type, idempotency-key, x-request-id',
    'access-control-max-age': PREFLIGHT_S,
  });
  response.end();
}

/**
 * Throws a 403 for what a page of an unlisted origin sends: no browser asks us first when it looks
 * like a form. Who is no browser says nothing of an origin.
 */
export function assertOrigin(request: IncomingMessage, origins: Origins): void {
  const { origin, host = '', 'sec-fetch-site': site } = request.headers;
  if (origin === undefined) {
    if (site === undefined || site === 'same-origin' || site === 'none') return;
    throw notAllowed();
  }
  const isOurs = origin === `http://${host}` || origin === `https://${host}`;
  if (!isOurs && !isListed(origin, origins)) throw notAllowed();
}

function isListed(origin: string, origins: Origins): boolean {
  return origins.has(origin) || origins.has('*');
}

function notAllowed(): Refusal {
  return new Refusal(403, 'Origin not allowed');
}
