/**
 * Text from outside as well-formed Unicode. JSON can hold half of a surrogate pair as an escape, which
 * most other programs refuse to read; each half without its other one becomes U+FFFD.
 */
export const LONE_HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const HIGH_HALF_AT_END = /[\ud800-\udbff]$/;
/** The escape of either half, as JSON has it. */
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/;

export function wellFormed(text: string): string {
  return text.replace(LONE_HALF, '\ufffd');
}

/** JSON from outside, with all its texts and keys well-formed. Throws a SyntaxError on anything else. */
export function parseJson(json: string): unknown {
  return ESCAPED_HALF.test(json) ? JSON.parse(json, mended) : JSON.parse(json);
}

/** JSON text with well-formed values; what is no JSON stays as it is. */
export function wellFormedJson(json: string): string {
  if (!ESCAPED_HALF.test(json)) return json;
  try {
    return JSON.stringify(parseJson(json));
  } catch {
    return json;
  }
}

function mended(_: string, value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (!Object.keys(value).some((key) => wellFormed(key) !== key)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [wellFormed(key), each]));
}

interface PairJoiner {
  /** Half a pair waits for the other one. */
  readonly isHolding: boolean;
  /** The next piece of the text, without half a pair at its end. */
  next(piece: string): string;
  /** The replacement of a half whose other half never came. */
  end(): string;
}

/** Joins the halves of pairs that a text was cut between. */
export function createPairJoiner(): PairJoiner {
  let held = '';
  return {
    get isHolding() {
      return held !== '';
    },
    next(piece) {
      const text = held + piece;
      held = HIGH_HALF_AT_END.exec(text)?.[0] ?? '';
      return wellFormed(text.slice(0, text.length - held.length));
    },
    end() {
      const rest = wellFormed(held);
      held = '';
      return rest;
    },
  };
}

/**
 * Characters that control a terminal, reorder text or hide in it, tag characters among them;
 * JSON.stringify does not escape them.
 */
const UNSAFE =
  /[\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** JSON with the same meaning that is safe on a terminal and well-formed. */
export function jsonText(value: unknown): string {
  return wellFormedJson(JSON.stringify(value)).replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** The same, as a line. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}
