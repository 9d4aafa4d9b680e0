/** The kinds of personal data that are masked. */
export const KINDS = ['phone', 'email', 'card', 'iban', 'number'] as const;
export type FindingKind = (typeof KINDS)[number];

/** A piece of a text that is masked. */
export interface Finding {
  start: number;
  end: number;
  kind: FindingKind;
  /** Equal for the same value, however it is written. */
  value: string;
}

/** Replaces pieces that are found already: no pattern matches it. */
const BLANK = '\0';

/** The text with these pieces blanked, so that what follows does not look at them again. */
export function withoutPieces(
  text: string,
  pieces: readonly Pick<Finding, 'start' | 'end'>[],
): string {
  let rest = '';
  let at = 0;
  for (const { start, end } of pieces) {
    rest += text.slice(at, start) + BLANK.repeat(end - start);
    at = end;
  }
  return rest + text.slice(at);
}

/** A local part in any script; the look-behind keeps the search linear. */
const EMAIL =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+@(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]*[\p{L}\p{N}]/gu;

export function findEmails(text: string): Finding[] {
  if (!text.includes('@')) return [];
  return Array.from(text.matchAll(EMAIL), ({ 0: match, index }) => ({
    start: index,
    end: index + match.length,
    kind: 'email' as const,
    value: match.toLowerCase(),
  }));
}

const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![\p{L}\p{N}])/giu;
/** Norway's is the shortest. */
const MIN_IBAN = 15;

/** The text after an IBAN may look like more of it: the longest start that is an IBAN counts. */
export function findIbans(text: string): Finding[] {
  const found: Finding[] = [];
  IBAN.lastIndex = 0;
  for (let match = IBAN.exec(text); match; match = IBAN.exec(text)) {
    const piece = longestIban(match[0]);
    const end = match.index + (piece?.length ?? COUNTRY_LENGTH);
    if (piece !== undefined) found.push({ start: match.index, end, ...ibanOf(piece) });
    IBAN.lastIndex = end;
  }
  return found;
}

/** The country and the check digits. */
const COUNTRY_LENGTH = 4;

function longestIban(text: string): string | undefined {
  for (let end = text.length; end >= MIN_IBAN; end = text.lastIndexOf(' ', end - 1)) {
    const piece = text.slice(0, end);
    if (isIban(ibanOf(piece).value)) return piece;
  }
  return undefined;
}

function ibanOf(piece: string): Pick<Finding, 'kind' | 'value'> {
  return { kind: 'iban', value: piece.replace(/[ -]/g, '').toUpperCase() };
}

function isIban(text: string): boolean {
  if (text.length < MIN_IBAN || text.length > 34) return false;
  let remainder = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

const AMOUNT = String.raw`\d+(?:[.,' \u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)?`;
const CURRENCY = String.raw`[$€£¥₹]|(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|INR)\b`;
const UNIT = String.raw`[$€£¥₹%°]|(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|INR|dollars?|euros?|pounds?|cents?|percent|k?m|kg|grams?|lbs?|miles|[kmg]b|bytes|ms|seconds|minutes|hours|days|items|pieces|units|people|users|views|points|tokens)\b`;

/** Numbers that name nobody: ids, dates, times, amounts, addresses of machines, decimal fractions. */
const HARMLESS = new RegExp(
  [
    String.raw`(?<![\da-f])[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\da-f])`,
    String.raw`(?<![\d.-])(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\1?\d)(?:T\d\d:?\d\d(?::?\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`,
    String.raw`(?<![\d./-])(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d)(?!\2?\d)`,
    String.raw`(?<!\d)\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?[ap]\.?m\b\.?)?(?!\d)`,
    String.raw`(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)`,
    String.raw`(?:${CURRENCY})\s?${AMOUNT}`,
    String.raw`(?<![\d+(][ .-]?)${AMOUNT}\s?(?:${UNIT})`,
    String.raw`(?<![\d.])\d{1,3}\.\d{5,}(?!\.?\d)`,
  ].join('|'),
  'giu',
);

/** The text with such numbers blanked. */
export function withoutHarmless(text: string): string {
  return text.replace(HARMLESS, (match) => BLANK.repeat(match.length));
}
