import { wellFormedJson } from '../base/unicode.js';

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
