import {
  type Container,
  matchContainers,
  skipQuoteMark,
  takeItem,
  type LineCursor,
} from './containers.js';
import * as syntax from './syntax.js';

const MAX_TEXT_INDENT = 3;
/** Deeper nesting is text, so that a line costs no more than its length. */
const MAX_CONTAINERS = 32;

/** The open block, as far as it decides how the next line is read. */
export type OpenBlock =
  | {
      kind: 'paragraph';
      /** Its last line, which may turn out to be a table's header. */
      lastLine: string;
    }
  | { kind: 'table' | 'indented' | 'heading' }
  | { kind: 'fenced'; mark: string; indent: number }
  | { kind: 'html'; end: RegExp | undefined; isEnded: boolean };

export type LineStart =
  | { kind: 'blank' | 'text' | 'indented' | 'fence-end' }
  /** A line that begins with a bar, of a table or of a paragraph. */
  | { kind: 'row' }
  | { kind: 'rule' }
  /** More of the open code or HTML. */
  | { kind: 'verbatim' }
  | { kind: 'heading'; level: number }
  | { kind: 'underline'; level: 1 | 2 }
  | { kind: 'delimiters'; alignments: syntax.Alignment[] }
  | { kind: 'fence'; mark: string; info: string; indent: number }
  | { kind: 'html'; html: syntax.HtmlKind };

export interface Line {
  /** The number of open containers that the line belongs to, and the containers that begin on it. */
  matched: number;
  opened: readonly Container[];
  start: LineStart;
  /** The text after the marks. */
  rest: string;
}

// Most lines are one of these.
const NONE: readonly Container[] = [];
const VERBATIM: LineStart = { kind: 'verbatim' };
const TEXT: LineStart = { kind: 'text' };
const ROW: LineStart = { kind: 'row' };
const BLANK: LineStart = { kind: 'blank' };

/**
 * Reads the start of a line in its surroundings. Undefined means that it has to wait for more of the
 * line; once there is a result, it is the same for whatever follows.
 */
export function readLine(
  cursor: LineCursor,
  containers: readonly Container[],
  open: OpenBlock | undefined,
): Line | undefined {
  const matched = matchContainers(containers, cursor);
  if (isWaiting(cursor)) return undefined;
  const isWithin = matched === containers.length;
  if (isWithin && open) {
    const start = continuation(cursor, open);
    if (start === 'wait') return undefined;
    if (start) return { matched, opened: NONE, start, rest: cursor.rest() };
  }
  const paragraph = open?.kind === 'paragraph' ? open : undefined;
  const isInParagraph = isWithin && !!paragraph;
  const opened = openContainers(cursor, { matched, before: containers[matched], isInParagraph });
  if (!opened) return undefined;
  const continued = opened.length === 0 ? paragraph : undefined;
  const start = startOf(cursor, continued, isWithin ? continued?.lastLine : undefined);
  return start && { matched, opened, start, rest: restAfter(start, cursor) };
}

/** A line that was undecided for too long: more of the open code or HTML, or else text. */
export function undecidedLine(
  cursor: LineCursor,
  containers: readonly Container[],
  open: OpenBlock | undefined,
): Line {
  const matched = matchContainers(containers, cursor);
  const isVerbatim = matched === containers.length && open && open.kind in VERBATIM_KINDS;
  const rest = isVerbatim ? cursor.rest() : cursor.text();
  return { matched, opened: NONE, start: isVerbatim ? VERBATIM : TEXT, rest };
}

const VERBATIM_KINDS = { fenced: true, indented: true, html: true };

/** White space alone says nothing yet: it may be an empty line or the indent of something. */
const isWaiting = (cursor: LineCursor): boolean => !cursor.isWhole && cursor.content() === '';

/** The line as a part of the open code, HTML or table; undefined if it may be something else. */
function continuation(cursor: LineCursor, open: OpenBlock): LineStart | 'wait' | undefined {
  const content = cursor.content();
  if (open.kind === 'fenced') {
    if (cursor.indent() <= MAX_TEXT_INDENT) {
      if (!cursor.isWhole && syntax.mayCloseFence(content, open.mark)) return 'wait';
      if (cursor.isWhole && syntax.closesFence(content, open.mark)) return { kind: 'fence-end' };
    }
    cursor.skipIndent(open.indent);
    return VERBATIM;
  }
  if (open.kind === 'html') {
    return content === '' && open.end === undefined ? undefined : VERBATIM;
  }
  if (open.kind === 'indented') {
    if (content !== '' && cursor.indent() <= MAX_TEXT_INDENT) return undefined;
    cursor.skipIndent(MAX_TEXT_INDENT + 1);
    return VERBATIM;
  }
  return open.kind === 'table' && !cursor.isWhole ? 'wait' : undefined;
}

interface Place {
  matched: number;
  /** The container of an earlier line that ends here. */
  before: Container | undefined;
  isInParagraph: boolean;
}

/** The quotes and items that begin on this line; undefined while that is not known. */
function openContainers(cursor: LineCursor, place: Place): Container[] | undefined {
  const opened: Container[] = [];
  for (;;) {
    const content = cursor.content();
    if (!syntax.MAY_START_BLOCK.test(content) || cursor.indent() > MAX_TEXT_INDENT) {
      return opened;
    }
    if (!cursor.isWhole && syntax.isUndecided(content)) return undefined;
    if (place.matched + opened.length === MAX_CONTAINERS) return opened;
    const isFirst = opened.length === 0;
    const marker = itemMarker(content, isFirst && place.isInParagraph);
    if (marker) {
      opened.push(takeItem(cursor, marker, isFirst ? place.before : undefined));
      if (!cursor.isWhole && syntax.isUndecidedTask(cursor.content())) return undefined;
    } else if (skipQuoteMark(cursor)) opened.push({ kind: 'quote' });
    else return opened;
    if (isWaiting(cursor)) return undefined;
  }
}

function itemMarker(content: string, isInParagraph: boolean): syntax.ListMarker | undefined {
  const marker = syntax.listMarker(content);
  if (!marker || syntax.isRule(content)) return undefined;
  // Within a paragraph, "2019. A good year" is text; so is a lone dash, which underlines.
  const isDoubtful = content.length === marker.length || (marker.number ?? 1) !== 1;
  return isInParagraph && isDoubtful ? undefined : marker;
}

/** The block that begins with this line, or the line of `paragraph` that it is. */
function startOf(
  cursor: LineCursor,
  paragraph: object | undefined,
  header: string | undefined,
): LineStart | undefined {
  const content = cursor.content();
  if (content === '') return BLANK;
  const indent = cursor.indent();
  if (indent > MAX_TEXT_INDENT) return paragraph ? TEXT : { kind: 'indented' };
  if (!syntax.MAY_START_BLOCK.test(content)) return TEXT;
  if (!cursor.isWhole && syntax.isUndecidedHtml(content, !!paragraph)) return undefined;
  if (header !== undefined) {
    const start = makeOfParagraph(content, header);
    if (start) return start;
  }
  const level = syntax.headingLevel(content);
  if (level) return { kind: 'heading', level };
  const fence = syntax.fence(content);
  if (fence) return { kind: 'fence', ...fence, indent };
  if (syntax.isRule(content)) return { kind: 'rule' };
  const html = syntax.htmlKind(content, !!paragraph);
  if (html) return { kind: 'html', html };
  return content.startsWith('|') ? ROW : TEXT;
}

/** A line that makes something else of the one before it: a heading, or a table's header. */
function makeOfParagraph(content: string, header: string): LineStart | undefined {
  const level = syntax.underlineLevel(content);
  if (level) return { kind: 'underline', level };
  const alignments = syntax.alignmentsOf(content);
  if (!alignments || alignments.length !== syntax.splitCells(header).length) return undefined;
  return { kind: 'delimiters', alignments };
}

function restAfter(start: LineStart, cursor: LineCursor): string {
  if (start.kind === 'heading') return cursor.text().slice(start.level);
  if (start.kind === 'indented') cursor.skipIndent(MAX_TEXT_INDENT + 1);
  return start.kind === 'indented' || start.kind === 'html' ? cursor.rest() : cursor.text();
}
