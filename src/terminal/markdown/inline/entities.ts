import { sanitize } from '../../../text/sanitize.js';

const ENTITY = /&(?:#[xX]([\da-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z]{2,8}));/y;

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
  source: string;
  character: string;
}

/** The character that an entity at `index` stands for. One that would not be safe stays as written. */
export function entityAt(text: string, index: number): Entity | undefined {
  ENTITY.lastIndex = index;
  const match = ENTITY.exec(text);
  if (!match) return undefined;
  const [source, hex, decimal, name] = match;
  const character = name
    ? Object.hasOwn(NAMED, name) && NAMED[name]
    : visible(hex ? parseInt(hex, 16) : Number(decimal));
  return character ? { source, character } : undefined;
}

function visible(codePoint: number): string | undefined {
  if (codePoint <= 0x20 || codePoint > 0x10ffff) return undefined;
  const character = String.fromCodePoint(codePoint);
  return sanitize(character) === character ? character : undefined;
}
