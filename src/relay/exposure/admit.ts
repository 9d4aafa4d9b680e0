import type { Call } from '../call.js';
import { Refusal, retryAfter } from '../http/refusal.js';
import type { Workings } from '../workings.js';

/** Lets a caller in who shows a token, where there are any, and asks for no more than allowed. Throws 401 and 429. */
export async function admit(call: Call, workings: Workings): Promise<void> {
  const { tokens, rate, coordination } = workings;
  const { request, facts } = call;
  if (tokens) {
    const caller = tokens(request.headers.authorization);
    if (caller === undefined) {
      throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
    }
    facts.caller = caller;
  }
  if (!rate) return;
  const caller = facts.caller ?? `address ${request.socket.remoteAddress ?? ''}`;
  const waitMs = await coordination.limits.take(caller, rate);
  if (waitMs > 0) throw new Refusal(429, 'Too many requests', retryAfter(waitMs));
}
