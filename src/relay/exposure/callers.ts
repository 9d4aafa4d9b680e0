import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Rate } from '../coordination/coordination.js';
import { Refusal, retryAfter } from '../http/answer.js';
import type { Call, RelayState } from '../state.js';

/** The caller's address, as the nearest of the trusted proxies tells it; the connection's when that is no address. */
export function remoteAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustedProxies: number,
): string | undefined {
  const own = socket.remoteAddress === undefined ? undefined : plainAddress(socket.remoteAddress);
  if (trustedProxies === 0) return own;
  const entries = String(headers['x-forwarded-for'] ?? '').split(',');
  return addressIn(entries.at(-trustedProxies)?.trim() ?? '') ?? own;
}

/** Some proxies add the port, which would make each connection another caller. */
function addressIn(entry: string): string | undefined {
  const [, inBrackets, beforePort] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)$/.exec(entry) ?? [];
  const address = inBrackets ?? beforePort ?? entry;
  return isIP(address) === 0 ? undefined : plainAddress(address);
}

/** An IPv4 address that came over IPv6 is the same caller. */
function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

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
  const caller = tokens(request.headers.authorization);
  if (caller === undefined) {
    const waitMs = await guesses.take(networkOf(facts.remote ?? ''), WRONG_TOKENS);
    if (waitMs > 0) await clock.sleep(SLOW_MS);
    throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  }
  facts.caller = caller;
}

/** A caller has the whole lower half of an IPv6 address to itself. */
function networkOf(address: string): string {
  return address.includes('.') ? address : address.split(':').slice(0, 4).join(':');
}

/** Counts a request against the rate of its caller. Throws a 429. */
export async function takeAllowance(
  call: Call,
  state: RelayState,
  allowance?: string,
): Promise<void> {
  const waitMs = await allowanceWait(call, state, allowance);
  if (waitMs > 0) throw overRate(waitMs, call);
}

/** The 429 for a caller over its rate. */
export function overRate(waitMs: number, { facts }: Call): Refusal {
  facts.isRateLimited = true;
  return new Refusal(429, 'Too many requests', retryAfter(waitMs));
}

/**
 * Counts a request if it is allowed, else gives the milliseconds until one will be.
 * @param allowance a caller has several, by their names
 */
export async function allowanceWait(
  { facts }: Call,
  { rate, coordination }: RelayState,
  allowance = '',
): Promise<number> {
  const caller = facts.caller ?? `address ${facts.remote ?? ''}`;
  return rate ? coordination.limits.take(allowance + caller, rate) : 0;
}
