import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import { Refusal, retryAfter } from '../http/answer.js';
import type { TokenCheck } from './bearer-tokens.js';
import { assertOrigin } from './origins.js';
import type { Workings } from '../workings.js';

/**
 * Lets a caller in who is no stranger's page, shows a token, where there are any, and asks for no more
 * than allowed. Throws 401, 403, 415 and 429.
 */
export async function admit(call: Call, workings: Workings): Promise<void> {
  const { tokens, rate, coordination, origins } = workings;
  const { request, facts } = call;
  assertOrigin(request, origins);
  if (tokens) assertToken(call, tokens);
  assertJson(request);
  if (!rate) return;
  const caller = facts.caller ?? `address ${request.socket.remoteAddress ?? ''}`;
  const waitMs = await coordination.limits.take(caller, rate);
  if (waitMs > 0) throw new Refusal(429, 'Too many requests', retryAfter(waitMs));
}

/** Throws a 401. */
export function assertToken({ request, facts }: Call, tokens: TokenCheck): void {
  const caller = tokens(request.headers.authorization);
  if (caller === undefined) {
    throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  }
  facts.caller = caller;
}

/** From a browser, a form may not be taken for JSON: any page can send one. Others say what they like. */
function assertJson({ headers }: IncomingMessage): void {
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const type = headers['content-type'];
  if (!isBrowser) return;
  if (type === undefined || /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) return;
  throw new Refusal(415, 'Content-Type must be application/json');
}
