import { type ListMarker, taskState } from './syntax.js';

const SPACE = 0x20;
const TAB = 0x09;

/**
 * One line, or the beginning of one that is still arriving, read from the left by columns: a tab reaches
 * to the next multiple of four.
 */
export class LineCursor {
  private offset = 0;
  private column = 0;
  /** Columns left of a tab that was taken in part. */
  private ofTab = 0;
  private trimmed: string | undefined;

  constructor(
    private readonly line: string,
    /** Whether the line is all there; if not, nothing is known of what its end may bring. */
    readonly isWhole: boolean,
  ) {}

  /** Columns of white space ahead. */
  indent(): number {
    let column = this.column + this.ofTab;
    for (let index = this.offset; ; index += 1) {
      const unit = this.line.charCodeAt(index);
      if (unit === SPACE) column += 1;
      else if (unit === TAB) column += 4 - (column % 4);
      else return column - this.column;
    }
  }

  /** Takes white space ahead, up to this many columns. */
  skipIndent(columns: number): void {
    for (let left = columns; left > 0; left -= 1) {
      if (this.ofTab > 0) this.ofTab -= 1;
      else if (!this.startSpace()) return;
      this.column += 1;
    }
  }

  /** Takes characters that are not white space. */
  skip(length: number): void {
    this.offset += length;
    this.column += length;
    this.trimmed = undefined;
  }

  /** All that is left, as it stands. */
  rest(): string {
    return ' '.repeat(this.ofTab) + this.line.slice(this.offset);
  }

  /** The rest, without the white space before it. */
  text(): string {
    return this.line.slice(this.textStart());
  }

  /** The rest, without the white space before it and, once the line is whole, after it. */
  content(): string {
    if (this.trimmed === undefined) {
      const start = this.textStart();
      let end = this.line.length;
      while (this.isWhole && end > start && isSpace(this.line.charCodeAt(end - 1))) end -= 1;
      this.trimmed = this.line.slice(start, end);
    }
    return this.trimmed;
  }

  private textStart(): number {
    let start = this.offset;
    while (isSpace(this.line.charCodeAt(start))) start += 1;
    return start;
  }

  private startSpace(): boolean {
    const unit = this.line.charCodeAt(this.offset);
    if (!isSpace(unit)) return false;
    this.offset += 1;
    if (unit === TAB) this.ofTab = 3 - (this.column % 4);
    return true;
  }
}

const isSpace = (unit: number): boolean => unit === SPACE || unit === TAB;

export interface Quote {
  kind: 'quote';
}

export interface Item {
  kind: 'item';
  /** The bullet, or the delimiter after the number: the same for all items of one list. */
  type: string;
  /** The number in the source, and the one to show; undefined for a bullet. */
  written: number | undefined;
  shown: number | undefined;
  /** For an item of a task list. */
  isChecked: boolean | undefined;
  /** Columns that a line must be indented by to belong to it. */
  indent: number;
}

/** A block that holds others. */
export type Container = Quote | Item;

/** How many of the open containers a line belongs to; the cursor moves to what is inside them. */
export function matchContainers(containers: readonly Container[], cursor: LineCursor): number {
  let matched = 0;
  for (const container of containers) {
    if (!continues(container, cursor)) break;
    matched += 1;
  }
  return matched;
}

function continues(container: Container, cursor: LineCursor): boolean {
  if (container.kind === 'quote') return skipQuoteMark(cursor);
  if (cursor.content() !== '' && cursor.indent() < container.indent) return false;
  cursor.skipIndent(container.indent);
  return true;
}

export function skipQuoteMark(cursor: LineCursor): boolean {
  if (cursor.indent() > 3 || !cursor.content().startsWith('>')) return false;
  cursor.skipIndent(3);
  cursor.skip(1);
  cursor.skipIndent(1);
  return true;
}

/** Takes a list marker off the line and makes an item of it. `before` is the item before it. */
export function takeItem(
  cursor: LineCursor,
  marker: ListMarker,
  before: Container | undefined,
): Item {
  const outer = cursor.indent();
  cursor.skipIndent(outer);
  cursor.skip(marker.length);
  const inner = innerIndent(cursor);
  cursor.skipIndent(inner);
  const isChecked = taskState(cursor.content());
  if (isChecked !== undefined) cursor.skip('[x]'.length);
  return {
    kind: 'item',
    type: marker.type,
    written: marker.number,
    shown: shownNumber(marker, before),
    isChecked,
    indent: outer + marker.length + inner,
  };
}

/** More than four columns after a marker begin indented code inside the item. */
function innerIndent(cursor: LineCursor): number {
  const indent = cursor.indent();
  return indent > 4 || cursor.content() === '' ? 1 : indent;
}

/**
 * The number in the source, since a reply may count down or leave one out. A list that repeats its
 * number leaves the counting to the renderer, so there it is the next one.
 */
function shownNumber(marker: ListMarker, before: Container | undefined): number | undefined {
  if (marker.number === undefined || before?.kind !== 'item') return marker.number;
  const isRepeated = before.type === marker.type && before.written === marker.number;
  return isRepeated && before.shown !== undefined ? before.shown + 1 : marker.number;
}
