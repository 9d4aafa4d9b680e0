// Loaded late, with the numbering plans of all countries.
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';

/** Countries whose national numbers begin with a 0, and others whose numbers do not. */
const TRUNK_REGIONS: readonly CountryCode[] = [
  ...(['GB', 'DE', 'FR', 'NL', 'BE', 'AT', 'CH', 'SE', 'FI', 'IE', 'AU'] as const),
  ...(['NZ', 'IN', 'ZA', 'IT', 'JP', 'KR', 'TR', 'IL', 'BR', 'AR', 'ID'] as const),
];
const OTHER_REGIONS: readonly CountryCode[] = [
  ...(['ES', 'PL', 'PT', 'NO', 'DK', 'CZ', 'GR', 'SG', 'MX'] as const),
];

/** A phone number whose country may be unknown. */
export interface PhoneNumber {
  country: string | undefined;
  national: string;
}

/** Digits after a `+`. Those that no plan knows count too, when they are as long as a number. */
export function internationalNumber(digits: string): PhoneNumber | undefined {
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  if (parsed) return { country: parsed.countryCallingCode, national: parsed.nationalNumber };
  return digits.length >= 8 && digits.length <= 15
    ? { country: undefined, national: digits }
    : undefined;
}

/** Digits that a plan allows after a `+`. */
export function validInternational(digits: string): PhoneNumber | undefined {
  return parsePhoneNumberFromString(`+${digits}`)?.isValid() === true
    ? internationalNumber(digits)
    : undefined;
}

const NANP = /^1?([2-9]\d\d[2-9]\d{6})$/;

/** Ten digits of North America, with or without its 1. */
export function northAmericanNumber(digits: string): PhoneNumber | undefined {
  const national = NANP.exec(digits)?.[1];
  return national === undefined ? undefined : { country: '1', national };
}

/** Digits that begin with a 0, as one of the plans has them. */
export function trunkNumber(digits: string): PhoneNumber | undefined {
  if (!/^0[1-9]\d{7,10}$/.test(digits) || !isValidIn(TRUNK_REGIONS, digits)) return undefined;
  return { country: undefined, national: digits.slice(1) };
}

/** Digits of a plan without a 0 at the beginning. */
export function plainNumber(digits: string): PhoneNumber | undefined {
  return isValidIn(OTHER_REGIONS, digits) ? { country: undefined, national: digits } : undefined;
}

function isValidIn(regions: readonly CountryCode[], digits: string): boolean {
  return regions.some((region) => parsePhoneNumberFromString(digits, region)?.isValid() === true);
}

/** Digits that words say are a phone number. */
export function saidNumber(digits: string): PhoneNumber {
  return (
    northAmericanNumber(digits) ??
    (digits.startsWith('00') ? validInternational(digits.slice(2)) : undefined) ??
    validNonNational(digits) ?? { country: undefined, national: digits.replace(/^0+/, '') }
  );
}

/** A country's code without its `+`, as in speech. */
function validNonNational(digits: string): PhoneNumber | undefined {
  return digits.length >= 11 && !digits.startsWith('0') ? validInternational(digits) : undefined;
}
