/** The seven kinds of HTML blocks (CommonMark 0.31, section 4.6). */
export interface HtmlKind {
  /** Found in the block's last line; undefined for a block that a blank line ends. */
  end: RegExp | undefined;
  canInterruptParagraph: boolean;
}

/** Elements whose text is no Markdown, blank lines and all. */
const RAW_NAMES = 'pre|script|style|textarea';
const NAMES =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|' +
  'dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|' +
  'iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|' +
  'summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul';

const NAME = '[a-z][a-z\\d-]*';
const ATTRIBUTE = '\\s+[a-z_:][\\w.:-]*';
const VALUE = `\\s*=\\s*(?:[^\\s"'=<>\`]+|'[^']*'|"[^"]*")`;
const ATTRIBUTES = `(?:${ATTRIBUTE}(?:${VALUE})?)*`;
const TAG = `(?:${NAME}${ATTRIBUTES}\\s*/?>|/${NAME}\\s*>)`;

const kind = (end: RegExp | undefined, canInterruptParagraph = true): HtmlKind => ({
  end,
  canInterruptParagraph,
});

const KINDS: readonly (readonly [start: RegExp, kind: HtmlKind])[] = [
  [
    new RegExp(`^<(?:${RAW_NAMES})(?:[ \\t>]|$)`, 'i'),
    kind(new RegExp(`</(?:${RAW_NAMES})>`, 'i')),
  ],
  [/^<!--/, kind(/-->/)],
  [/^<\?/, kind(/\?>/)],
  [/^<![a-z]/i, kind(/>/)],
  [/^<!\[CDATA\[/, kind(/\]\]>/)],
  [new RegExp(`^</?(?:${NAMES})(?:[ \\t]|/?>|$)`, 'i'), kind(undefined)],
  [new RegExp(`^<(?!/?(?:${RAW_NAMES})[\\s/>])${TAG}[ \\t]*$`, 'i'), kind(undefined, false)],
];

/** The longest end: enough of a line is kept to find an end that arrives in two pieces. */
export const MAX_HTML_END = '</textarea>'.length;

/** Limit on the length of a tag that is alone on its line. A longer line is text. */
const MAX_TAG = 1024;

export function htmlKind(content: string, isParagraphOpen: boolean): HtmlKind | undefined {
  if (!content.startsWith('<')) return undefined;
  const [, found] = KINDS.find(([start]) => start.test(content)) ?? [];
  if (!found?.canInterruptParagraph && (isParagraphOpen || content.length > MAX_TAG)) {
    return undefined;
  }
  return found;
}

/** The beginning of a line before its first letters tell what it is. */
const UNDECIDED_NAME = /^<(?:\/?(?:[a-z][a-z\d-]*\/?)?|!(?:-|\[[A-Z]{0,5})?)$/i;
/** The beginning of a tag, or a tag with nothing after it so far. */
const UNDECIDED_TAG = new RegExp(
  `^<(?:/${NAME}\\s*|${NAME}${ATTRIBUTES}(?:\\s*/?|\\s+|${ATTRIBUTE}\\s*=?\\s*(?:"[^"]*|'[^']*)?)|${TAG}[ \\t]*)$`,
  'i',
);

/** Whether more of the line can still make it another kind of HTML, or text. */
export function isUndecidedHtml(content: string, isParagraphOpen: boolean): boolean {
  if (!content.startsWith('<')) return false;
  if (UNDECIDED_NAME.test(content)) return true;
  const isKnown = KINDS.slice(0, -1).some(([start]) => start.test(content));
  if (isKnown || isParagraphOpen || content.length > MAX_TAG) return false;
  return UNDECIDED_TAG.test(content);
}
