import { isLuhn, phoneValue } from './numbers.js';
import type { Finding } from './patterns.js';
import { saidNumber } from './phones.js';

const UNITS: Readonly<Record<string, string>> = {
  ...{ zero: '0', oh: '0', o: '0', nought: '0', naught: '0', one: '1', two: '2', three: '3' },
  ...{ four: '4', five: '5', six: '6', seven: '7', eight: '8', nine: '9', niner: '9' },
};
const TEENS: Readonly<Record<string, string>> = {
  ...{ ten: '10', eleven: '11', twelve: '12', thirteen: '13', fourteen: '14', fifteen: '15' },
  ...{ sixteen: '16', seventeen: '17', eighteen: '18', nineteen: '19' },
};
const TENS: Readonly<Record<string, string>> = {
  ...{ twenty: '2', thirty: '3', forty: '4', fifty: '5', sixty: '6', seventy: '7', eighty: '8' },
  ninety: '9',
};
const ZEROS: Readonly<Record<string, string>> = { hundred: '00', thousand: '000' };
const REPEATS: Readonly<Record<string, number>> = { double: 2, triple: 3, treble: 3, quadruple: 4 };

/** The longest first: `one` begins with `o`. */
const WORD = [UNITS, TEENS, TENS, ZEROS, REPEATS]
  .flatMap((words) => Object.keys(words))
  .sort((a, b) => b.length - a.length)
  .join('|');
/** Digits that a transcript wrote as such among the words. */
const TOKEN = String.raw`(?:${WORD}|\d{1,4})`;
const BETWEEN = String.raw`(?:[\s,.…–—-]+(?:(?:and|then|uh|um|er|dash|hyphen|space|dot)[\s,.…–—-]+)*)`;
const RUN = new RegExp(
  String.raw`(?<![\p{L}\p{N}])${TOKEN}(?:${BETWEEN}${TOKEN})+(?![\p{L}\p{N}])`,
  'giu',
);
const EACH_TOKEN = new RegExp(TOKEN, 'gi');

const MIN_DIGITS = 7;
const MAX_PHONE_DIGITS = 15;
/** Amounts and years have fewer digits that are said one by one. */
const MIN_UNITS = 4;

/** Phone, card and other long numbers, said digit by digit in English. */
export function findSpoken(text: string): Finding[] {
  const found: Finding[] = [];
  for (const { 0: match, index } of text.matchAll(RUN)) {
    const tokens = (match.match(EACH_TOKEN) ?? []).map((token) => token.toLowerCase());
    const digits = digitsOf(tokens);
    if (!isNumber(tokens, digits)) continue;
    found.push({ start: index, end: index + match.length, ...classified(digits) });
  }
  return found;
}

function isNumber(tokens: readonly string[], digits: string): boolean {
  const units = tokens.filter((token) => token in UNITS || token in REPEATS).length;
  const isSaid = units >= MIN_UNITS && units * 2 >= tokens.length;
  const isMixed = units >= 3 && tokens.some((token) => /^\d{3,4}$/.test(token));
  return digits.length >= MIN_DIGITS && (isSaid || isMixed) && !isCounting(digits);
}

/** `one, two, three, …` */
function isCounting(digits: string): boolean {
  return '0123456789101112'.includes(digits) || '9876543210'.includes(digits);
}

function digitsOf(tokens: readonly string[]): string {
  let digits = '';
  let times = 1;
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1] ?? '';
    const isTens = token in TENS;
    const unit = UNITS[token];
    const isFollowed = isTens && next in UNITS && UNITS[next] !== '0';
    digits += (unit ?? '').repeat(times);
    digits += TEENS[token] ?? ZEROS[token] ?? (/^\d/.test(token) ? token : '');
    if (isTens) digits += `${TENS[token]}${isFollowed ? '' : '0'}`;
    times = REPEATS[token] ?? 1;
  }
  return digits;
}

function classified(digits: string): Pick<Finding, 'kind' | 'value'> {
  if (isLuhn(digits)) return { kind: 'card', value: digits };
  if (digits.length > MAX_PHONE_DIGITS) return { kind: 'number', value: digits };
  return { kind: 'phone', value: phoneValue(saidNumber(digits)) };
}
