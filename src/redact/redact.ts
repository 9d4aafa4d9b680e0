// Loaded late: with the numbering plans of all countries it is larger than the rest of a command.
import { sanitize } from '../base/text/sanitize.js';
import { findNumbers } from './numbers.js';
import {
  KINDS,
  withoutPieces,
  type Finding,
  findEmails,
  findIbans,
  withoutHarmless,
  type FindingKind,
} from './patterns.js';
import { findSpoken } from './spoken.js';

/** A message, as far as it is masked. */
interface MaskedMessage {
  text: string;
  toolCalls: { arguments: string }[];
}

/** A conversation, as far as it is masked. */
interface MaskedConversation {
  name: string;
  metadata: Readonly<Record<string, string>>;
}

/** Masks personal data: the same value has the same stand-in in all that one redactor is given. */
export interface Redactor {
  text(text: string): string;
  /** Text that may be JSON: a masked number becomes a string in it. */
  json(text: string): string;
  /** The name of a conversation, or its first words. */
  name(name: string): string;
  message<M extends MaskedMessage>(message: M): M;
  conversation<C extends MaskedConversation>(conversation: C): C;
  /** Counts the stand-ins in a text that is printed. */
  count(printed: string): void;
  /** A line that says what was masked so far. */
  summary(): string;
}

/** `counts`: what is masked, or, when less may be printed, what `count` is given. */
export function openRedactor(counts: 'masked' | 'printed' = 'masked'): Redactor {
  const standIns = new StandIns(counts === 'masked');
  const text = (original: string, label?: string): string => masked(original, standIns, label);
  const json = (original: string): string => maskedJson(original, text);
  const name = (original: string): string => text(original).replace(CUT_NUMBER, '…');
  return {
    text,
    json,
    name,
    message: (message) => ({
      ...message,
      text: json(message.text),
      toolCalls: message.toolCalls.map((call) => ({ ...call, arguments: json(call.arguments) })),
    }),
    conversation: (conversation) => ({
      ...conversation,
      name: name(conversation.name),
      metadata: mapValues(conversation.metadata, (value, key) => text(value, key)),
    }),
    count: (printed) => standIns.count(printed),
    summary: () => standIns.summary(),
  };
}

/** First words are cut at a length: what is left of a number there is a part of it. */
const CUT_NUMBER = /[+(]?\d(?:[\s().-]*\d){2,}\W*…$/;

function mapValues(
  metadata: Readonly<Record<string, string>>,
  change: (value: string, key: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, change(value, key)]),
  );
}

/** Masks a text; a label such as `order_id` tells what it is. */
function masked(original: string, standIns: StandIns, label?: string): string {
  // Characters that show nothing could stand between digits.
  const text = sanitize(original);
  const prefix = label === undefined ? '' : `${wordsOf(label)}: `;
  let result = '';
  let at = 0;
  for (const finding of findingsIn(prefix + text)) {
    const start = Math.max(0, finding.start - prefix.length);
    const end = finding.end - prefix.length;
    if (end <= 0) continue;
    result += text.slice(at, start) + standIns.for(finding);
    at = end;
  }
  return result + text.slice(at);
}

/** `order id` of `order_id` and of `orderId`. */
function wordsOf(label: string): string {
  return label.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ');
}

/** Each looks at what the one before it left; a word of an address or an IBAN is never harmless. */
const FINDERS = [
  { find: findEmails, ignored: (text: string) => text },
  { find: findIbans, ignored: (text: string) => text },
  { find: findSpoken, ignored: withoutHarmless },
  { find: findNumbers, ignored: withoutHarmless },
];

const HAS_DIGITS = /\d|@|\b(?:oh?|zero|one|two|three|four|five|six|seven|eight|nine)\b/i;

function findingsIn(text: string): Finding[] {
  if (!HAS_DIGITS.test(text)) return [];
  const all: Finding[] = [];
  let rest = text;
  for (const { find, ignored } of FINDERS) {
    const found = find(ignored(rest));
    rest = withoutPieces(rest, found);
    all.push(...found);
  }
  return all.sort((a, b) => a.start - b.start);
}

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Seconds or milliseconds since 1970, in this century. */
const TIMESTAMP = /^1[0-9]\d{8}(?:\d{3})?$/;

const COLON = /\s*:/y;

type Mask = (text: string, label?: string) => string;

/** Strings and numbers of a JSON text are masked one by one, so that it stays JSON. */
function maskedJson(text: string, mask: Mask): string {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return mask(text);
  let label: string | undefined;
  return text.replace(JSON_TOKEN, (token: string, at: number) => {
    const value: unknown = JSON.parse(token);
    COLON.lastIndex = at + token.length;
    const isKey = COLON.test(text);
    if (typeof value === 'number' && TIMESTAMP.test(token)) return token;
    const plain = typeof value === 'string' ? value : token;
    const changed = mask(plain, isKey ? undefined : label);
    if (isKey) label = plain;
    return changed === plain ? token : JSON.stringify(changed);
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const NOUNS: Readonly<Record<FindingKind, readonly [one: string, many: string]>> = {
  phone: ['phone number', 'phone numbers'],
  email: ['e-mail address', 'e-mail addresses'],
  card: ['card number', 'card numbers'],
  iban: ['IBAN', 'IBANs'],
  number: ['long number', 'long numbers'],
};

/** Gives each value its stand-in, the same throughout a run, and counts them. */
class StandIns {
  readonly #known = new Map<FindingKind, string[]>();
  readonly #counts = new Map<FindingKind, number>();
  /** Whether each one counts, or only those that `count` is given. */
  readonly #countsAll: boolean;

  constructor(countsAll: boolean) {
    this.#countsAll = countsAll;
  }

  /** Such as `[phone 1]`. */
  for({ kind, value }: Pick<Finding, 'kind' | 'value'>): string {
    if (this.#countsAll) this.#add(kind, 1);
    const known = this.#known.get(kind) ?? [];
    this.#known.set(kind, known);
    const index = known.findIndex((each) => isSame(kind, each, value));
    if (index < 0) return `[${kind} ${known.push(value)}]`;
    // The country's code may be known only now.
    if (kind === 'phone' && known[index]?.startsWith(' ')) known[index] = value;
    return `[${kind} ${index + 1}]`;
  }

  count(text: string): void {
    for (const kind of KINDS) {
      const found = text.match(new RegExp(`\\[${kind} \\d+\\]`, 'g')) ?? [];
      if (found.length > 0) this.#add(kind, found.length);
    }
  }

  #add(kind: FindingKind, count: number): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
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
