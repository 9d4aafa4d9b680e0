import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

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
