const UNITS: [number, string][] = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [365, 'd'],
];

/** The rough age of a time: `just now`, `5 min ago`, `3 d ago`; '' for no time. */
export function age(iso: string, now: Date): string {
  const ms = now.getTime() - Date.parse(iso);
  if (!Number.isFinite(ms)) return '';
  return ms < 10_000 ? 'just now' : `${duration(ms)} ago`;
}

/** About how long: `20 s`, `5 min`, `3 d`. */
export function duration(ms: number): string {
  let amount = Math.max(0, ms / 1000);
  for (const [size, unit] of UNITS) {
    if (amount < size) return `${Math.floor(amount)} ${unit}`;
    amount /= size;
  }
  return `${Math.floor(amount)} y`;
}
