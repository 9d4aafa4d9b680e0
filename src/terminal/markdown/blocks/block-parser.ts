import { renderInline } from '../inline/inline.js';
import { alignments, splitCells, Table } from '../table.js';
import { type Container, matchContainers, skipQuoteMark, takeItem } from './containers.js';
import { LineCursor } from './line-cursor.js';
import { Paragraph } from './paragraph.js';
import type { Printer } from './printer.js';
import * as syntax from './syntax.js';
import { type Place, type Verbatim, fencedCode, htmlText, indentedCode } from './verbatim.js';

const DEEPEST_TEXT_INDENT = 3;
/** What is nested deeper is text, so that a line costs no more than its length. */
const MOST_CONTAINERS = 32;

/**
 * Reads Markdown line by line and prints each block once it is finished. Only the unfinished block
 * and the quotes and items around it are kept. The rules are CommonMark's, with tables, task lists
 * and strikethrough; where a reference could still be defined later, the source is shown.
 */
export class BlockParser {
  private readonly containers: Container[] = [];
  private leaf: Paragraph | Table | Verbatim | undefined;

  constructor(
    private readonly printer: Printer,
    private readonly columns: () => number,
  ) {}

  line(text: string): void {
    const cursor = new LineCursor(text);
    const matched = matchContainers(this.containers, cursor);
    const isWithin = matched === this.containers.length;
    if (isWithin && this.takeVerbatim(cursor)) return;
    const place = this.openContainers(cursor, matched);
    const content = cursor.content();
    if (content === '') this.blankLine(place, place === matched);
    else if (cursor.indent() > DEEPEST_TEXT_INDENT) this.indentedLine(cursor, place);
    else if (!this.startBlock(content, cursor, { place, isWithin })) {
      this.textLine(content, place, isWithin);
    }
  }

  /** Part of a line that is too long to wait for: shown as text, whatever its first character. */
  longLine(fragment: string, isFirst: boolean): void {
    if (this.leaf?.kind === 'verbatim') {
      this.leaf.append(fragment);
      return;
    }
    if (isFirst) {
      this.closeTo(0);
      this.printer.begin('text', []);
    }
    this.printer.append(renderInline(fragment, this.printer.theme));
  }

  end(): void {
    this.closeTo(0);
    this.printer.endLine();
  }

  private get place(): Place {
    return { printer: this.printer, containers: this.containers };
  }

  private closeLeaf(): void {
    this.leaf?.close();
    this.leaf = undefined;
  }

  /** Ends the unfinished block and all but the outer `count` containers. */
  private closeTo(count: number): void {
    this.closeLeaf();
    while (this.containers.length > count) {
      if (this.containers.at(-1)?.kind === 'item') this.printer.markerLine(this.containers);
      this.containers.pop();
    }
  }

  private takeVerbatim(cursor: LineCursor): boolean {
    if (this.leaf?.kind !== 'verbatim') return false;
    const taken = this.leaf.take(cursor);
    if (taken !== 'taken') this.closeLeaf();
    return taken !== 'refused';
  }

  /** Opens the quotes and items that begin on this line; returns how many are open around its rest. */
  private openContainers(cursor: LineCursor, matched: number): number {
    for (let place = matched; ; place += 1) {
      const content = cursor.content();
      if (cursor.indent() > DEEPEST_TEXT_INDENT || !syntax.MAY_START_BLOCK.test(content))
        return place;
      const before = this.containers[place];
      const marker = this.itemMarker(content, place);
      if ((!marker && !content.startsWith('>')) || place === MOST_CONTAINERS) return place;
      this.closeTo(place);
      if (marker) this.containers.push(takeItem(cursor, marker, before, this.printer.theme));
      else if (skipQuoteMark(cursor)) this.containers.push({ kind: 'quote' });
    }
  }

  private itemMarker(content: string, place: number): syntax.ListMarker | undefined {
    const marker = syntax.listMarker(content);
    if (!marker || syntax.isRule(content)) return undefined;
    // Within a paragraph, "2019. A good year" is text; so is a lone dash, which underlines.
    const interrupts = this.leaf?.kind === 'paragraph' && place === this.containers.length;
    const isDoubtful = content.length === marker.length || (marker.number ?? 1) !== 1;
    return interrupts && isDoubtful ? undefined : marker;
  }

  private blankLine(place: number, isWholeLine: boolean): void {
    this.closeTo(place);
    if (isWholeLine || this.containers.at(-1)?.kind === 'quote') this.printer.noteBlank();
  }

  private indentedLine(cursor: LineCursor, place: number): void {
    if (this.leaf?.kind === 'paragraph') {
      this.leaf.add(cursor.content());
      return;
    }
    this.closeTo(place);
    this.leaf = indentedCode(this.place);
    this.leaf.take(cursor);
  }

  /** A line that no block begins with: more of the paragraph or table, or a new paragraph. */
  private textLine(content: string, place: number, isWithin: boolean): void {
    if (this.leaf?.kind === 'paragraph' || (this.leaf?.kind === 'table' && isWithin)) {
      this.leaf.add(content);
      return;
    }
    this.closeTo(place);
    this.leaf = new Paragraph(this.printer, this.containers);
    this.leaf.add(content);
  }

  private startBlock(
    content: string,
    cursor: LineCursor,
    { place, isWithin }: { place: number; isWithin: boolean },
  ): boolean {
    if (!syntax.MAY_START_BLOCK.test(content)) return false;
    const paragraph = this.leaf?.kind === 'paragraph' ? this.leaf : undefined;
    if (paragraph && isWithin && this.turnParagraph(paragraph, content)) return true;
    const heading = syntax.heading(content);
    const fence = syntax.fence(content);
    const isRule = syntax.isRule(content);
    const isHtml = !paragraph && syntax.startsHtml(content);
    if (!heading && !fence && !isRule && !isHtml) return false;
    this.closeTo(place);
    if (heading) this.printHeading(heading);
    else if (fence) this.leaf = fencedCode(fence, cursor.indent(), this.place);
    else if (isRule) this.printBlock(this.printer.theme.rule);
    else {
      this.leaf = htmlText(this.place);
      this.leaf.take(cursor);
    }
    return true;
  }

  /** A line that makes something else of the lines before it: a heading, or a table's header. */
  private turnParagraph(paragraph: Paragraph, content: string): boolean {
    const header = paragraph.lastLine;
    if (header === undefined) return false;
    const level = syntax.underline(content);
    const columns = alignments(content);
    if (level) paragraph.closeAsHeading(level);
    else if (!columns || columns.length !== splitCells(header).length) return false;
    else paragraph.dropLastLine();
    this.closeLeaf();
    if (columns) {
      this.leaf = new Table(header, columns, { ...this.place, columns: this.columns });
    }
    return true;
  }

  private printHeading({ text, level }: syntax.Heading): void {
    const { theme } = this.printer;
    this.printBlock(theme.heading(renderInline(text, theme), level));
  }

  private printBlock(line: string): void {
    this.printer.begin('apart', this.containers);
    this.printer.lines(line, this.containers);
  }
}
