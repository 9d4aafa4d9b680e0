/** How the first line of each block is known. `content` is a line without the white space around it. */

/** The first characters of all blocks but paragraphs. Most lines need no other test. */
export const MAY_START_BLOCK = /^[#`~\-*_+>|:<=\d]/;

/**
 * The beginning of a line that more of it could still make a heading, a fence, a rule, an underline, an
 * item, a quote or a row of a table. HTML has rules of its own.
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

export function fence(content: string): { mark: string; info: string } | undefined {
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

/** The seven kinds of HTML blocks (CommonMark 0.31, section 4.6). */
export interface HtmlKind {
  /** Found in the block's last line; undefined for a block that a blank line ends. */
  end: RegExp | undefined;
  canInterruptParagraph: boolean;
}

/** Elements whose text is no Markdown, blank lines and all. */
const RAW_NAMES = 'pre|script|style|textarea';
const BLOCK_NAMES =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|' +
  'dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|' +
  'iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|' +
  'summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul';

const TAG_NAME = '[a-z][a-z\\d-]*';
const ATTRIBUTE = '\\s+[a-z_:][\\w.:-]*';
const VALUE = `\\s*=\\s*(?:[^\\s"'=<>\`]+|'[^']*'|"[^"]*")`;
const ATTRIBUTES = `(?:${ATTRIBUTE}(?:${VALUE})?)*`;
const TAG = `(?:${TAG_NAME}${ATTRIBUTES}\\s*/?>|/${TAG_NAME}\\s*>)`;

const htmlBlock = (end: RegExp | undefined, canInterruptParagraph = true): HtmlKind => ({
  end,
  canInterruptParagraph,
});

const HTML_KINDS: readonly (readonly [start: RegExp, kind: HtmlKind])[] = [
  [
    new RegExp(`^<(?:${RAW_NAMES})(?:[ \\t>]|$)`, 'i'),
    htmlBlock(new RegExp(`</(?:${RAW_NAMES})>`, 'i')),
  ],
  [/^<!--/, htmlBlock(/-->/)],
  [/^<\?/, htmlBlock(/\?>/)],
  [/^<![a-z]/i, htmlBlock(/>/)],
  [/^<!\[CDATA\[/, htmlBlock(/\]\]>/)],
  [new RegExp(`^</?(?:${BLOCK_NAMES})(?:[ \\t]|/?>|$)`, 'i'), htmlBlock(undefined)],
  [new RegExp(`^<(?!/?(?:${RAW_NAMES})[\\s/>])${TAG}[ \\t]*$`, 'i'), htmlBlock(undefined, false)],
];

/** The longest end: enough of a line is kept to find an end that arrives in two pieces. */
export const MAX_HTML_END = '</textarea>'.length;

/** Limit on the length of a tag that is alone on its line. A longer line is text. */
const MAX_TAG = 1024;

export function htmlKind(content: string, isParagraphOpen: boolean): HtmlKind | undefined {
  if (!content.startsWith('<')) return undefined;
  const [, found] = HTML_KINDS.find(([start]) => start.test(content)) ?? [];
  if (!found?.canInterruptParagraph && (isParagraphOpen || content.length > MAX_TAG)) {
    return undefined;
  }
  return found;
}

/** The beginning of a line before its first letters tell what it is. */
const UNDECIDED_NAME = /^<(?:\/?(?:[a-z][a-z\d-]*\/?)?|!(?:-|\[[A-Z]{0,5})?)$/i;
/** The beginning of a tag, or a tag with nothing after it so far. */
const UNDECIDED_TAG = new RegExp(
  `^<(?:/${TAG_NAME}\\s*|${TAG_NAME}${ATTRIBUTES}(?:\\s*/?|\\s+|${ATTRIBUTE}\\s*=?\\s*(?:"[^"]*|'[^']*)?)|${TAG}[ \\t]*)$`,
  'i',
);

/** Whether more of the line can still make it another kind of HTML, or text. */
export function isUndecidedHtml(content: string, isParagraphOpen: boolean): boolean {
  if (!content.startsWith('<')) return false;
  if (UNDECIDED_NAME.test(content)) return true;
  const isKnown = HTML_KINDS.slice(0, -1).some(([start]) => start.test(content));
  if (isKnown || isParagraphOpen || content.length > MAX_TAG) return false;
  return UNDECIDED_TAG.test(content);
}
