import { AppError } from '../base/errors.js';

/** What may not stand as it is in a segment of a path (RFC 3986). */
const OUTSIDE_SEGMENT = /[^\w\-.~!$&'()*+,;=:@]+/g;

/** One path segment. Throws on what no encoding keeps from meaning another path. */
export function segment(id: string): string {
  if (!/^\.{0,2}$/.test(id)) return id.replace(OUTSIDE_SEGMENT, encodeURIComponent);
  throw new AppError('usage', `${JSON.stringify(id)} is not an id`, { delivery: 'not_sent' });
}

/** Below the base URL: one conversation. */
export function conversationPath(id: string): string {
  return `/ai/conversations/${segment(id)}`;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** `?` and pairs, without those that have no value; '' without any. */
export function queryString(query: Query | undefined): string {
  if (query === undefined) return '';
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encoded(key)}=${encoded(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** With what RFC 3986 reserves and `encodeURIComponent` leaves: filters have brackets with a meaning. */
function encoded(text: string): string {
  const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}
