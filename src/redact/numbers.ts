import type { Finding } from './patterns.js';
import * as phones from './phones.js';

const RUN = /\d(?:[ \u00a0\u202f.()/\u2010-\u2015-]{0,3}\d)*/g;
const MIN_DIGITS = 7;
/** Digits of a number in several groups; a single group may have any number of digits. */
const MAX_DIGITS = 24;
const MAX_LENGTH = 19;

/** A group of digits in a run, such as `555` in `(312) 555-0100`. */
interface Group {
  digits: string;
  start: number;
  end: number;
}

/** The text before a number. */
interface NumberContext {
  before: string;
  hasOrderBefore: boolean;
  hasPhoneBefore: boolean;
}

/** Groups that may be one number. */
interface GroupedDigits {
  start: number;
  end: number;
  /** How many groups these are. */
  count: number;
  digits: string;
  /** The lengths of its groups: `3-3-4`. */
  shape: string;
  separators: string;
}

type NumberCandidate = GroupedDigits & NumberContext;

/** How numbers of orders and the like are announced. */
const ORDER =
  /(?:#|№|\b(?:order|invoice|ticket|tracking|reference|ref|case|booking|reservation|confirmation|serial|sku|item|part|model|po|rma|article|product|parcel|shipment|flight|room|zip|postcode|version|build|page|isbn|ean|barcode|batch|lot|policy|claim|code|receipt|transaction)\b(?:\s+(?:no\.?|number|num|nr\.?|id|code))?)(?:\s+(?:is|was|are))?[\s:=.#"'\\]*$/i;
const PHONE =
  /\b(?:(?:tele)?phone|call(?:ed|ing|s)?|tel|mobile|cell|fax|whatsapp|text|sms|reach|dial|ring|(?:my|his|her|their|your|our|callback|contact|caller'?s?)\s+(?:[a-z]+\s+)?number)\b[^\d\n]{0,25}$/i;
const CONTEXT_LENGTH = 60;

/** Cards, phone numbers, then other long numbers. */
export function findNumbers(text: string): Finding[] {
  return Array.from(text.matchAll(RUN)).flatMap(({ 0: run, index }) =>
    run.length < MIN_DIGITS ? [] : findIn(text, groupsIn(text, run, index)),
  );
}

/** Digits that touch a letter are part of a code. */
function groupsIn(text: string, run: string, offset: number): Group[][] {
  const pieces: Group[][] = [[]];
  for (const { 0: digits, index } of run.matchAll(/\d+/g)) {
    const start = offset + index;
    const end = start + digits.length;
    const before = text.slice(Math.max(0, start - 3), start);
    const isCode = /[\p{L}_][-_]?$/u.test(before) && !/%[\da-f]{2}$/i.test(before);
    const isGlued = /^[\p{L}_]/u.test(text.slice(end, end + 2)) && !/^x\d/i.test(text.slice(end));
    if (isCode || isGlued) pieces.push([]);
    else pieces.at(-1)?.push({ digits, start, end });
  }
  return pieces;
}

function findIn(text: string, pieces: readonly Group[][]): Finding[] {
  return pieces.flatMap((groups) => {
    const found: Finding[] = [];
    for (let from = 0; from < groups.length;) {
      const candidates = candidatesAt(text, groups, from);
      const longest = firstOf(candidates, cardOrPhone) ?? firstOf(candidates, longNumber);
      if (longest) found.push(longest.finding);
      from += longest?.count ?? 1;
    }
    return found;
  });
}

/** All that may be one number and begins with a group, the longest first. */
function candidatesAt(text: string, groups: readonly Group[], from: number): NumberCandidate[] {
  const candidates: GroupedDigits[] = [];
  const { start = 0 } = groups[from] ?? {};
  let [digits, shape] = ['', ''];
  for (let to = from; to < groups.length; to++) {
    const { digits: more = '', end = 0 } = groups[to] ?? {};
    if (to > from && digits.length + more.length > MAX_DIGITS) break;
    digits += more;
    shape += `${to === from ? '' : '-'}${more.length}`;
    if (digits.length < MIN_DIGITS) continue;
    const inner = text.slice(start, end);
    const piece = { start: withPrefix(text, start, inner), end, count: to + 1 - from };
    candidates.unshift({ ...piece, digits, shape, separators: inner.replace(/\d+/g, '') });
  }
  if (candidates.length === 0) return [];
  const context = contextAt(text, start);
  return candidates.map((candidate) => ({ ...candidate, ...context }));
}

type Classified = Pick<Finding, 'kind' | 'value'> | undefined;

function firstOf(
  candidates: readonly NumberCandidate[],
  classify: (candidate: NumberCandidate) => Classified,
): { finding: Finding; count: number } | undefined {
  for (const candidate of candidates) {
    const { start, end, count } = candidate;
    const classified = classify(candidate);
    if (classified) return { finding: { start, end, ...classified }, count };
  }
  return undefined;
}

function contextAt(text: string, start: number): NumberContext {
  const before = text.slice(Math.max(0, start - CONTEXT_LENGTH), start);
  return {
    before,
    // The digits before may be the beginning of an order's number.
    hasOrderBefore: ORDER.test(before.replace(/\d[\d ()/.-]*$/, '')),
    hasPhoneBefore: PHONE.test(before),
  };
}

/** The start of a number with its `+` and its parenthesis; `start` is that of its first digit. */
function withPrefix(text: string, start: number, inner: string): number {
  const prefix = /(?:\(?\+\s?\(?|\()$/.exec(text.slice(Math.max(0, start - 3), start))?.[0] ?? '';
  const isOpened = prefix.startsWith('(') && !inner.includes(')');
  return start - prefix.length + (isOpened ? 1 : 0);
}

function cardOrPhone(candidate: NumberCandidate): Classified {
  const { digits } = candidate;
  if (digits.length > MAX_LENGTH) return undefined;
  if (isCardShape(candidate) && isLuhn(digits)) return { kind: 'card', value: digits };
  const phone = digits.length > 15 ? undefined : phoneIn(candidate);
  return phone && { kind: 'phone', value: phoneValue(phone) };
}

const CARD_SHAPE = /^(?:\d\d|4(?:-4){2,3}(?:-[1-4])?|4-6-[45]|8-8|1(?:-1)+)$/;

function isCardShape({ shape }: NumberCandidate): boolean {
  return CARD_SHAPE.test(shape);
}

const DIGIT_BY_DIGIT = /^1(?:-1){6,}$/;
const PLAIN_SHAPE = /^(?:3-3-3|3-2-2-2|2-4-4|3-4-4|2-5-4)$/;

function phoneIn(candidate: NumberCandidate): phones.PhoneNumber | undefined {
  const { digits, shape, before, separators, hasOrderBefore, hasPhoneBefore } = candidate;
  if (/(?:\+\s?\(?|%2b)$/i.test(before)) return phones.internationalNumber(digits);
  const isBare = separators === '';
  if (hasOrderBefore && (isBare || !/^(?:1-)?3-3-4$/.test(shape))) return undefined;
  if (/^00[1-9]/.test(digits)) return phones.validInternational(digits.slice(2));
  if (DIGIT_BY_DIGIT.test(shape)) return phones.saidNumber(digits);
  const isAmerican = isBare || /^(?:1-)?(?:3-3-4|3-7|6-4)$/.test(shape);
  const known =
    (isAmerican ? phones.northAmericanNumber(digits) : undefined) ?? phones.trunkNumber(digits);
  if (known) return known;
  if (hasPhoneBefore || isWrittenAsPhone(candidate)) return phones.saidNumber(digits);
  return isUniform(separators) && PLAIN_SHAPE.test(shape) ? phones.plainNumber(digits) : undefined;
}

/** `347 123 4567`, `(11) 91234-5678`, `555-0100`. */
function isWrittenAsPhone({ digits, shape, separators, before }: NumberCandidate): boolean {
  if (shape === '3-3-4') return true;
  if (before.endsWith('(') && separators.startsWith(')')) return digits.length >= 9;
  return shape === '3-4' && /^[-.]$/.test(separators) && /^[2-9]/.test(digits);
}

function isUniform(separators: string): boolean {
  return new Set(separators).size === 1;
}

/** Account, card and identity numbers whose kind is not known. */
function longNumber({ digits, shape, separators, hasOrderBefore }: NumberCandidate): Classified {
  const isIdentity = shape === '3-2-4' && isUniform(separators);
  if (!isIdentity && (hasOrderBefore || digits.length < 9)) return undefined;
  const isGrouped = digits.length >= 12 && /^[ -]+$/.test(separators) && !/\b[12]\b/.test(shape);
  if (separators !== '' && !isIdentity && !(isGrouped && !isYears(digits, shape))) return undefined;
  return { kind: 'number', value: digits };
}

function isYears(digits: string, shape: string): boolean {
  return /^4(?:-4)+$/.test(shape) && /^(?:(?:19|20)\d\d)+$/.test(digits);
}

/** A phone number as one text: the country's code, which may be unknown, and the rest. */
export function phoneValue({ country = '', national }: phones.PhoneNumber): string {
  return `${country} ${national}`;
}

/** Whether digits can be the number of a payment card: its length, its first digit, its check digit. */
export function isLuhn(digits: string): boolean {
  if (!/^(?:3[04-8]|[4-6]|2[2-7])\d{11,17}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
