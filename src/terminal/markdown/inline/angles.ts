import { MAX_OPEN } from './spans.js';

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
