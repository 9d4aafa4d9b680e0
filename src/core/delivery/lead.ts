/** How far the server's clock is ahead of our monotonic one, at least and at most, in milliseconds. */
export interface Lead {
  least: number;
  most: number;
}

/** Undefined for leads that contradict each other: the servers' clocks differ, one was set, or a `Date` is late. */
export function overlap(one: Lead, other: Lead): Lead | undefined {
  const least = Math.max(one.least, other.least);
  const most = Math.min(one.most, other.most);
  return least <= most ? { least, most } : undefined;
}

/** Holds whichever of them is true. */
export function hull(one: Lead, other: Lead): Lead {
  return { least: Math.min(one.least, other.least), most: Math.max(one.most, other.most) };
}
