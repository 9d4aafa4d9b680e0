/** How the first line of each block is known. `content` is a line without the white space around it. */

/** The first characters of all blocks but paragraphs. Most lines need no other test. */
export const MAY_START_BLOCK = /^[#`~\-*_+>|:<=\d]/;

/**
 * The beginning of a line that more of it could still make a heading, a fence, a rule, an underline, an
 * item, a quote or a row of a table. HTML is in html.ts.
 */
const UNDECIDED =
  /^(?:#{1,6}|`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*|([-*_])(?:[ \t]*\1)*[ \t]*|\+[ \t]*|=+[ \t]*|\d{1,9}(?:[.)][ \t]*)?|[|:-][|:\- \t]*|\|.*)$/;
const UNDECIDED_TASK = /^\[(?:[ xX]\]?)?$/;

export const isUndecided = (content: string): boolean => UNDECIDED.test(content);
export const isUndecidedTask = (content: string): boolean => UNDECIDED_TASK.test(content);

const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const MARKER = /^(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)/;
const FENCE = /^(`{3,}|~{3,})(.*)$/;
const HEADING = /^(#{1,6})(?:[ \t]|$)/;
const TASK = /^\[([ xX])\](?=[ \t]|$)/;

export const isRule = (content: string): boolean => RULE.test(content);

export interface ListMarker {
  /** The bullet, or the delimiter after the number: what items of one list share. */
  type: string;
  length: number;
  number: number | undefined;
}

export function listMarker(content: string): ListMarker | undefined {
  const match = MARKER.exec(content);
  if (!match) return undefined;
  const [marker, bullet, digits, delimiter] = match;
  return {
    type: bullet ?? delimiter ?? '',
    length: marker.length,
    number: digits === undefined ? undefined : Number(digits),
  };
}

/** Whether the box of a task list is ticked; undefined where there is none. */
export function taskState(content: string): boolean | undefined {
  const box = TASK.exec(content)?.[1];
  return box === undefined ? undefined : box !== ' ';
}

export interface Fence {
  mark: string;
  info: string;
}

export function fence(content: string): Fence | undefined {
  if (!content.startsWith('```') && !content.startsWith('~~~')) return undefined;
  const match = FENCE.exec(content);
  if (!match) return undefined;
  const [, mark = '', info = ''] = match;
  return mark.startsWith('`') && info.includes('`') ? undefined : { mark, info: info.trim() };
}

/** Whether a line is nothing but a mark like the fence's own, which may be longer. */
export function closesFence(content: string, mark: string): boolean {
  return content.startsWith(mark) && isRunOf(mark.charAt(0), content);
}

/** Whether the beginning of a line could still become the fence's end. */
export function mayCloseFence(content: string, mark: string): boolean {
  return content.startsWith(mark.charAt(0)) && isRunOf(mark.charAt(0), content.trimEnd());
}

const isRunOf = (character: string, content: string): boolean =>
  content === character.repeat(content.length);

/** The level of an ATX heading. */
export const headingLevel = (content: string): number | undefined =>
  content.startsWith('#') ? HEADING.exec(content)?.[1]?.length : undefined;

/** The level of the heading that a line under a paragraph makes of it. */
export function underlineLevel(content: string): 1 | 2 | undefined {
  if (/^=+$/.test(content)) return 1;
  return /^-+$/.test(content) ? 2 : undefined;
}

export type Alignment = 'left' | 'center' | 'right';

/** The cells of a table's row; `\|` is a bar inside a cell. */
export function splitCells(content: string): string[] {
  const cells = content.includes('\\|')
    ? content.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim())
    : content.split('|').map((cell) => cell.trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}

/** The alignment of each column in the line under a table's header; undefined if it is no such line. */
export function alignmentsOf(content: string): Alignment[] | undefined {
  if (!content.includes('|') || !/^[|:\- \t]+$/.test(content)) return undefined;
  const cells = splitCells(content);
  const isRow = cells.length > 0 && cells.every((cell) => /^:?-+:?$/.test(cell));
  return isRow ? cells.map(alignmentOf) : undefined;
}

function alignmentOf(cell: string): Alignment {
  if (!cell.endsWith(':')) return 'left';
  return cell.startsWith(':') ? 'center' : 'right';
}
