/** How the first line of each block is known. `content` is a line without the white space around it. */

/** What may begin any block but a paragraph; most lines are done with after this one test. */
export const MAY_START_BLOCK = /^[#`~\-*_+>|:<=\d]/;

const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const MARKER = /^(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)/;
const FENCE = /^(`{3,}|~{3,})(.*)$/;
const HEADING = /^(#{1,6})(?:[ \t]|$)/;
const TASK = /^\[([ xX])\](?=[ \t]|$)/;
/** Tags that begin a block of HTML (CommonMark's list, the common ones), and a tag alone on its line. */
const HTML =
  /^<(?:[!?]|\/?(?:address|article|aside|blockquote|body|center|dd|details|dialog|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head|header|hr|html|iframe|li|link|main|menu|nav|ol|p|pre|script|section|style|summary|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul)(?:[\s/>]|$)|\/?[a-z][\w-]*(?:\s[^<>]*)?>$)/i;

export const isRule = (content: string): boolean => RULE.test(content);
export const startsHtml = (content: string): boolean =>
  content.startsWith('<') && HTML.test(content);

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

export const closesFence = (content: string, { mark }: Fence): boolean =>
  content.startsWith(mark) && content === mark.charAt(0).repeat(content.length);

export interface Heading {
  level: number;
  text: string;
}

export function heading(content: string): Heading | undefined {
  if (!content.startsWith('#')) return undefined;
  const level = HEADING.exec(content)?.[1]?.length;
  return level ? { level, text: withoutClosingMarks(content.slice(level)) } : undefined;
}

function withoutClosingMarks(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === '#') end -= 1;
  const isClosed = end === 0 || /[ \t]/.test(text.charAt(end - 1));
  return (isClosed ? text.slice(0, end) : text).trim();
}

/** The level of the heading that a line under a paragraph makes of it. */
export function underline(content: string): 1 | 2 | undefined {
  if (/^=+$/.test(content)) return 1;
  return /^-+$/.test(content) ? 2 : undefined;
}
