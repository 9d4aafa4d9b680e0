const UNITS: [number, string][] = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [365, 'd'],
];

/** The rough age of a time: `just now`, `5 min ago`, `3 d ago`; '' for no time. */
export function age(iso: string, now: Date): string {
  let amount = (now.getTime() - Date.parse(iso)) / 1000;
  if (!Number.isFinite(amount)) return '';
  if (amount < 10) return 'just now';
  for (const [size, unit] of UNITS) {
    if (amount < size) return `${Math.floor(amount)} ${unit} ago`;
    amount /= size;
  }
  return `${Math.floor(amount)} y ago`;
}
