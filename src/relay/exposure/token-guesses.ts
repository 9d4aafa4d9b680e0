import type { Rate } from '../coordination/coordination.js';
import type { Call, RelayState } from '../state.js';
import { callerOf } from './credentials.js';

/** Wrong tokens of one address that are answered at once, and how fast that allowance refills. */
export const WRONG_TOKENS: Rate = { perMinute: 10, burst: 10 };
/** Any more are answered after this many milliseconds. */
const SLOW_MS = 1_000;

/** Notes whose token a request shows. Throws a 401, which comes late to an address that guesses. */
export async function assertToken(
  { request, facts }: Call,
  { tokens, guesses, clock }: RelayState,
): Promise<void> {
  if (!tokens) return;
  try {
    facts.caller = callerOf(request, tokens);
  } catch (error) {
    const waitMs = await guesses.take(networkOf(facts.remote ?? ''), WRONG_TOKENS);
    if (waitMs > 0) await clock.sleep(SLOW_MS);
    throw error;
  }
}

/** A caller has the whole lower half of an IPv6 address to itself. */
function networkOf(address: string): string {
  return address.includes('.') ? address : address.split(':').slice(0, 4).join(':');
}
