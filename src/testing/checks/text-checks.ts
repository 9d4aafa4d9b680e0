import { fill, type Variables } from '../chat-file/syntax.js';
import { failed, impossible, PASSED, type Finding, type Pattern, type TextRule } from './check.js';
import {
  excerpt,
  findMatch,
  plainText,
  sharedWords,
  Undecided,
  wordsOf,
  type Match,
} from './matching.js';

/** The first place in a text that meets a rule. Throws Undecided. */
function findIn(text: string, rule: TextRule, variables: Variables): Match | undefined {
  if (rule.type === 'pattern') return findMatch(rule.pattern, text, variables);
  const texts = rule.texts.map((each) => plainText(fill(each, variables)));
  if (texts.includes('')) throw new Undecided('the check looks for an empty text');
  const plain = plainText(text);
  const found = texts.find((each) => plain.includes(each));
  return found === undefined ? undefined : { text: found, index: plain.indexOf(found) };
}

/** A rule as a reason names it. */
function ruleText(rule: TextRule, variables: Variables): string {
  if (rule.type === 'pattern') return `/${rule.pattern.source}/${rule.pattern.flags}`;
  return rule.texts.map((each) => JSON.stringify(fill(each, variables))).join(' or ');
}

/** `whose` begins a reason: `the reply`, `the result of get_order`. */
export function hasText(
  text: string,
  rule: TextRule,
  { variables, whose }: { variables: Variables; whose: string },
): Finding {
  if (findIn(text, rule, variables)) return PASSED;
  const got = text === '' ? `${whose} is empty` : `${whose} is ${excerpt(text)}`;
  return failed(`no ${ruleText(rule, variables)}: ${got}`);
}

export function lacksText(
  text: string,
  rule: TextRule,
  { variables, whose }: { variables: Variables; whose: string },
): Finding {
  const match = findIn(text, rule, variables);
  if (!match) return PASSED;
  return failed(`${whose} has ${JSON.stringify(match.text)}: ${excerpt(text, match.index)}`);
}

export function isText(reply: string, expected: string): Finding {
  if (plainText(reply) === plainText(expected)) return PASSED;
  return failed(`not ${excerpt(expected)}: the reply is ${excerpt(reply)}`);
}

export function isLike(reply: string, reference: string, share: number): Finding {
  if (wordsOf(reference).length === 0)
    return impossible('there is no accepted reply to compare with');
  const actual = sharedWords(reference, reply);
  // 0.6 of 5 words are 3 words, though 3 / 5 may come out a little less.
  if (actual >= share - 1e-9) return PASSED;
  return failed(`${percent(actual)} of the words of the accepted reply, not ${percent(share)}`);
}

function percent(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)}%`;
}

export function hasAtMostWords(reply: string, words: number): Finding {
  const count = wordsOf(reply).length;
  return count <= words ? PASSED : failed(`the reply has ${count} words`);
}

export function fitsSms(reply: string, parts: number): Finding {
  const count = smsCount(reply);
  if (count.parts <= parts) return PASSED;
  const cause = count.cause === undefined ? '' : `, which ${JSON.stringify(count.cause)} needs`;
  return failed(`the reply takes ${count.parts} SMS in ${count.encoding}${cause}`);
}

export function isSpeakable(reply: string): Finding {
  const found = unspeakable(reply);
  return found ? failed(`the reply has ${found.name}: ${excerpt(found.found)}`) : PASSED;
}

/** Holds when the pattern matches; its first group, or the match, is kept. */
export function keepsValue(
  reply: string,
  { name, pattern }: { name: string; pattern: Pattern },
  variables: Variables,
): Finding {
  const match = findMatch(pattern, reply, variables);
  if (!match) return failed(`no match for ${name} in the reply: ${excerpt(reply)}`);
  return { ...PASSED, kept: { name, value: match.group ?? match.text } };
}

/** The characters of GSM 03.38 that take one septet. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Characters that take two: an escape and another character. */
const EXTENDED = new Set('\f^{}\\[~]|€');

const GSM = { name: 'GSM 03.38', single: 160, part: 153 };
const UCS2 = { name: 'UCS-2', single: 70, part: 67 };

export interface SmsCount {
  parts: number;
  encoding: string;
  /** The first character that needs UCS-2. */
  cause?: string | undefined;
}

/** How many SMS a text takes. */
export function smsCount(text: string): SmsCount {
  const characters = Array.from(text);
  const cause = characters.find((char) => !BASIC.has(char) && !EXTENDED.has(char));
  const encoding = cause === undefined ? GSM : UCS2;
  const lengths = characters.map((char) =>
    cause === undefined ? (EXTENDED.has(char) ? 2 : 1) : char.length,
  );
  return { parts: partsOf(lengths, encoding), encoding: encoding.name, cause };
}

/** An escape pair or a surrogate pair is not split: it goes to the next part as a whole. */
function partsOf(lengths: readonly number[], { single, part }: typeof GSM): number {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= single) return total === 0 ? 0 : 1;
  let [parts, used] = [1, 0];
  for (const length of lengths) {
    const isFull = used + length > part;
    parts += isFull ? 1 : 0;
    used = isFull ? length : used + length;
  }
  return parts;
}

/** Text that a voice cannot read out. Links go first: they contain marks of the others. */
const UNSPEAKABLE: readonly { name: string; pattern: RegExp }[] = [
  {
    name: 'a link',
    pattern: /\bhttps?:\/\/\S+|\bwww\.\S+|!?\[[^\]\n]*\]\([^)\n]*\)|<https?:[^>]*>/i,
  },
  { name: 'code', pattern: /```[^]*?(?:```|$)|~~~|`[^`\n]+`/ },
  { name: 'a table', pattern: /^[ \t]*\|.*\|[ \t]*$|^[ \t|:]*-{3,}[ \t]*\|[-| :\t]*$/m },
  { name: 'a list', pattern: /^[ \t]*(?:[-*+•‣◦]|\d{1,3}[.)])[ \t]+\S.*$/m },
  { name: 'a heading', pattern: /^ {0,3}#{1,6}[ \t]+\S.*$|^ {0,3}(?:={3,}|-{3,})[ \t]*$/m },
  { name: 'a quote', pattern: /^ {0,3}>[ \t]*\S.*$/m },
  { name: 'a rule', pattern: /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/m },
  {
    name: 'emphasis',
    pattern:
      /\*\*[^\s*][^*\n]*\*\*|__[^\s_][^_\n]*__|~~[^~\n]+~~|(?<![\w*])[*_][^\s*_][^*_\n]*[*_](?![\w*])/,
  },
  { name: 'a tag', pattern: /<\/?[a-z][^<>\n]*>/i },
  {
    name: 'an emoji',
    // Letter-like signs such as © and the plain arrows are text.
    pattern: /(?![©®™‼⁉ℹ↔-↪])\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u,
  },
];

/** The first part of a text that a voice cannot read out; undefined when there is none. */
export function unspeakable(text: string): { name: string; found: string } | undefined {
  for (const { name, pattern } of UNSPEAKABLE) {
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { name, found: found.trim() };
  }
  return undefined;
}
