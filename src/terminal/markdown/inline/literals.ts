import { sanitize } from '../../../base/text/sanitize.js';
import { MAX_OPEN } from './spans.js';

// Parts of a text in which marks mean nothing: code, `<…>`, and entities.

/** A longer run of marks is read as several runs. */
export const MAX_RUN = 64;

const BACKTICKS = /`+/g;

/**
 * The index of the run of backticks that closes a code span. Its opening run has `length` backticks and ends
 * at `from`. -1: no run closes it; undefined: that is not known yet.
 */
export function codeEnd(
  source: string,
  from: number,
  { length, isWhole }: { length: number; isWhole: boolean },
): number | undefined {
  const last = from + MAX_OPEN;
  BACKTICKS.lastIndex = from;
  for (let run = BACKTICKS.exec(source); run; run = BACKTICKS.exec(source)) {
    if (run.index > last) return -1;
    const mayGrow = run.index + run[0].length === source.length && !isWhole;
    if (mayGrow && run[0].length <= length) return undefined;
    if (run[0].length === length) return run.index;
  }
  return isWhole || source.length > last + MAX_RUN ? -1 : undefined;
}

/** One space on each side of code keeps its own backticks apart from the marks. */
export function codeContent(source: string): string {
  const content = source.replaceAll('\n', ' ');
  const isPadded = content.startsWith(' ') && content.endsWith(' ') && content.trim() !== '';
  return isPadded ? content.slice(1, -1) : content;
}

/** An address in `<…>`, or HTML, which is shown as written. */
export interface Angle {
  kind: 'address' | 'html';
  text: string;
}

const AUTOLINK = /^<(?:[a-z][a-z\d+.-]{1,31}:[^\s<>]*|[\w.+-]+@[\w.-]+)>$/i;
const MAY_BE_ANGLE = /^<(?:[/!]?(?:[a-z]|$)|[\w.+-]+(?:@|$))/i;
/** HTML that may hold other angles: how it begins and how it ends. */
const FORMS = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
] as const;

/** The angle that begins at `index`. Null: none; undefined: that takes more of the source to know. */
export function angleAt(source: string, index: number, isWhole: boolean): Angle | null | undefined {
  const text = source.slice(index, index + MAX_OPEN);
  const angle = parseAngle(text);
  const isKnown = isWhole || text.length === MAX_OPEN;
  return angle === undefined && isKnown ? null : angle;
}

function parseAngle(text: string): Angle | null | undefined {
  for (const [start, end] of FORMS) {
    if (text.startsWith(start)) return closedAt(text, text.indexOf(end, 2) + end.length, end);
    if (start.startsWith(text)) return undefined;
  }
  if (!MAY_BE_ANGLE.test(text)) return null;
  const end = /(?<!^)[<>]/.exec(text);
  if (!end) return undefined;
  return end[0] === '<' ? null : closedAt(text, end.index + 1, '>');
}

function closedAt(text: string, length: number, end: string): Angle | undefined {
  const angle = text.slice(0, length);
  if (!angle.endsWith(end)) return undefined;
  if (AUTOLINK.test(angle)) return { kind: 'address', text: angle.slice(1, -1) };
  return { kind: 'html', text: angle };
}

const ENTITY = /^&(?:#[xX]([\da-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z]{2,8}));/;
/** The beginning of an entity; never as long as MAX_ENTITY. */
const UNFINISHED = /^&(?:#(?:[xX][\da-fA-F]{0,6}|\d{0,7})|[a-zA-Z]{0,8})$/;
const MAX_ENTITY = 11;

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  deg: '°',
  times: '×',
  euro: '€',
  pound: '£',
  larr: '←',
  rarr: '→',
};

/**
 * The character that an entity at `index` stands for, and its length in the source. Null: none, or one that would
 * not be safe and stays as written; undefined: more of the source is needed to know.
 */
export function entityAt(
  source: string,
  index: number,
  isWhole: boolean,
): { character: string; length: number } | null | undefined {
  const text = source.slice(index, index + MAX_ENTITY);
  if (!isWhole && UNFINISHED.test(text)) return undefined;
  const match = ENTITY.exec(text);
  if (!match) return null;
  const [entity, hex, decimal, name] = match;
  const character = name
    ? Object.hasOwn(NAMED, name) && NAMED[name]
    : visible(hex ? parseInt(hex, 16) : Number(decimal));
  return character ? { length: entity.length, character } : null;
}

function visible(codePoint: number): string | undefined {
  if (codePoint <= 0x20 || codePoint > 0x10ffff) return undefined;
  const character = String.fromCodePoint(codePoint);
  return sanitize(character) === character ? character : undefined;
}
