import type { Call } from '../call.js';
import { Refusal } from '../http/refusal.js';
import type { Workings } from '../workings.js';

/** Lets a caller in who shows a token, where there are any. Throws a 401. */
export function admit({ request, facts }: Call, { tokens }: Workings): void {
  if (!tokens) return;
  const caller = tokens(request.headers.authorization);
  if (caller === undefined) {
    throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  }
  facts.caller = caller;
}
