import type { Finding, FindingKind } from './finding.js';

const NOUNS: Readonly<Record<FindingKind, readonly [one: string, many: string]>> = {
  phone: ['phone number', 'phone numbers'],
  email: ['e-mail address', 'e-mail addresses'],
  card: ['card number', 'card numbers'],
  iban: ['IBAN', 'IBANs'],
  number: ['long number', 'long numbers'],
};

/** Gives each value its stand-in, the same throughout a run, and counts what was masked. */
export class StandIns {
  readonly #known = new Map<FindingKind, string[]>();
  readonly #counts = new Map<FindingKind, number>();

  /** Such as `[phone 1]`. */
  for({ kind, value }: Pick<Finding, 'kind' | 'value'>): string {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    const known = this.#known.get(kind) ?? [];
    this.#known.set(kind, known);
    const index = known.findIndex((each) => isSame(kind, each, value));
    if (index < 0) return `[${kind} ${known.push(value)}]`;
    // The country's code may be known only now.
    if (kind === 'phone' && known[index]?.startsWith(' ')) known[index] = value;
    return `[${kind} ${index + 1}]`;
  }

  /** `redacted 2 phone numbers, 1 card number`. */
  summary(): string {
    const parts = [...this.#counts].map(
      ([kind, count]) => `${count} ${NOUNS[kind][count === 1 ? 0 : 1]}`,
    );
    return `redacted ${parts.length === 0 ? 'nothing: no number or address was found' : parts.join(', ')}`;
  }
}

/** Of two phone numbers, one may lack the country's code. */
function isSame(kind: FindingKind, one: string, other: string): boolean {
  if (kind !== 'phone' || one === other) return one === other;
  const [oneCountry, oneRest] = one.split(' ');
  const [otherCountry, otherRest] = other.split(' ');
  return oneRest === otherRest && (oneCountry === '' || otherCountry === '');
}
