import { Refusal, retryAfter } from '../http/answer.js';
import type { Call, RelayState } from '../state.js';

/** Counts a turn against the rate of its caller. Throws a 429. */
export async function takeAllowance(call: Call, state: RelayState): Promise<void> {
  const waitMs = await allowanceWait(call, state);
  if (waitMs > 0) throw overRate(waitMs, call);
}

/**
 * Counts a request of the page to Telnyx that is no turn, in an allowance of its own, so that a turn with tools counts
 * once. Gives the milliseconds until it is allowed.
 */
export function pageAllowanceWait(call: Call, state: RelayState): Promise<number> {
  return allowanceWait(call, state, 'page of ');
}

/** The 429 for a caller over its rate. */
export function overRate(waitMs: number, { facts }: Call): Refusal {
  facts.isRateLimited = true;
  return new Refusal(429, 'Too many requests', retryAfter(waitMs));
}

async function allowanceWait(
  { facts }: Call,
  { rate, coordination }: RelayState,
  allowance = '',
): Promise<number> {
  const caller = facts.caller ?? `address ${facts.remote ?? ''}`;
  return rate ? coordination.limits.take(allowance + caller, rate) : 0;
}
