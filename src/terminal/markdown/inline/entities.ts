import { sanitize } from '../../../text/sanitize.js';

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

export interface Entity {
  /** Length in the source. */
  length: number;
  character: string;
}

/**
 * The character that an entity at `index` stands for. Null: none, or one that would not be safe and stays
 * as written; undefined: that takes more of the source to know.
 */
export function entityAt(
  source: string,
  index: number,
  isWhole: boolean,
): Entity | null | undefined {
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
