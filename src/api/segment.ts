import { AppError } from '../errors.js';

/** What may not stand as it is in a segment of a path (RFC 3986). */
const OUTSIDE_SEGMENT = /[^\w\-.~!$&'()*+,;=:@]+/g;

/** One path segment. Throws on what no encoding keeps from meaning another path. */
export function segment(id: string): string {
  if (!/^\.{0,2}$/.test(id)) return id.replace(OUTSIDE_SEGMENT, encodeURIComponent);
  throw new AppError('usage', `${JSON.stringify(id)} is not an id`, { delivery: 'not_sent' });
}
