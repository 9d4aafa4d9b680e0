import { ADDRESS, BOLD, ITALIC, PLAIN, STRIKE, type Style, type TextSink } from '../theme.js';
import { type Delimiter, isPair, pair, type Span } from './span-syntax.js';

/** A mark that is open for longer, in characters, is text: what it holds back has to show. */
export const MAX_OPEN = 240;

const STYLES: Record<Span, Style> = { strong: BOLD, emphasis: ITALIC, deleted: STRIKE };

interface Node {
  text: string;
  style: Style;
  /** Its start, in characters of text. */
  start: number;
  delimiter?: Delimiter;
}

interface Bracket {
  node: Node;
  isImage: boolean;
  /** A link holds no other link: a bracket around one is text. */
  isActive: boolean;
}

/**
 * Finds the emphasis and the links in a text that comes token by token, and hands the text on with its
 * styles. Text is held back only from the first mark on that is still open.
 */
export class Spans {
  private nodes: Node[] = [];
  /** Delimiters that may still be closed, in order. */
  private openers: Node[] = [];
  private brackets: Bracket[] = [];
  /** The number of nodes that have been matched with the openers before them. */
  private matched = 0;
  private length = 0;
  private base = PLAIN;

  constructor(
    private readonly sink: TextSink,
    /** Whether `~~` stays around what it strikes out, since that does not look different. */
    private readonly showsMarks: boolean,
  ) {}

  /** A new text begins, all of which has this look. */
  begin(base: Style): void {
    this.base = base;
    this.length = 0;
  }

  text(text: string, style: Style = PLAIN): void {
    const start = this.length;
    this.length += text.length;
    if (this.nodes.length === 0) this.print(text, style);
    else this.add({ text, style, start });
  }

  delimiter(delimiter: Delimiter): void {
    const start = this.length;
    const text = delimiter.character.repeat(delimiter.length);
    this.length += text.length;
    this.add({ text, style: PLAIN, start, delimiter });
  }

  openBracket(mark: '[' | '!['): void {
    const node = { text: mark, style: PLAIN, start: this.length };
    this.length += mark.length;
    this.brackets.push({ node, isImage: mark === '![', isActive: true });
    this.add(node);
  }

  /** Whether a bracket that closes here may end a link. */
  get isInLink(): boolean {
    this.expire();
    return this.brackets.at(-1)?.isActive ?? false;
  }

  /** `]`, which ends no link. */
  closeBracket(): void {
    this.brackets.pop();
    this.text(']');
  }

  /** `](url "title")`, shown as `label (url "title")`: where a link leads is to be read. */
  closeLink(url: string, title: string | undefined): void {
    const label = this.takeLabel();
    const text = label.map((node) => node.text).join('');
    const isBare = title === undefined && (text === url || `mailto:${text}` === url);
    const hasLabel = text !== '' && !isBare;
    const hasDetails = url !== '' || title !== undefined;
    const { length: start } = this;
    const add = (detail: string, style = PLAIN): void => this.add({ text: detail, style, start });
    if (hasLabel) label.forEach((node) => this.add(node));
    if (hasLabel && hasDetails) add(' (');
    if (url !== '') add(url, ADDRESS);
    if (title !== undefined) add(url === '' ? title : ` ${title}`);
    if (hasLabel && hasDetails) add(')');
  }

  /** Ends the text: marks that are still open stay text. */
  end(): void {
    this.brackets = [];
    this.settle();
    this.openers = [];
    this.settle();
  }

  private add(node: Node): void {
    const isMark = node.delimiter !== undefined || this.brackets.at(-1)?.node === node;
    if (this.nodes.length === 0 && !isMark) this.print(node.text, node.style);
    else {
      this.nodes.push(node);
      this.settle();
    }
  }

  private print(text: string, style: Style): void {
    if (text !== '') this.sink.text(text, style | this.base);
  }

  /** The nodes since the last bracket, with emphasis of their own. */
  private takeLabel(): Node[] {
    const bracket = this.brackets.pop();
    if (!bracket) return [];
    const [, ...label] = this.nodes.splice(this.nodes.indexOf(bracket.node));
    const openers: Node[] = [];
    for (const node of label) this.match(node, label, openers);
    for (const node of label) delete node.delimiter;
    if (!bracket.isImage) {
      for (const outer of this.brackets) outer.isActive &&= outer.isImage;
    }
    return label;
  }

  /** Matches delimiters as far as no open bracket may come first, and prints what is certain by then. */
  private settle(): void {
    this.expire();
    const { nodes } = this;
    const bracket = this.brackets.find(({ isActive }) => isActive);
    const end = bracket ? nodes.indexOf(bracket.node) : nodes.length;
    for (; this.matched < end; this.matched += 1) {
      const node = nodes[this.matched];
      if (node) this.match(node, nodes, this.openers);
    }
    this.expire();
    const opener = this.openers[0];
    const certain = opener ? nodes.indexOf(opener) : end;
    if (certain === 0) return;
    const isAll = certain === nodes.length;
    for (const { text, style } of isAll ? nodes : nodes.splice(0, certain)) this.print(text, style);
    if (isAll) nodes.length = 0;
    this.matched -= certain;
  }

  private expire(): void {
    const oldest = this.length - MAX_OPEN;
    while ((this.openers[0]?.start ?? oldest) < oldest) this.openers.shift();
    while ((this.brackets[0]?.node.start ?? oldest) < oldest) this.brackets.shift();
  }

  private match(closer: Node, nodes: readonly Node[], openers: Node[]): void {
    const { delimiter } = closer;
    if (!delimiter) return;
    while (delimiter.canClose && delimiter.left > 0) {
      const opener = openers.findLast(
        (node) => node.delimiter && isPair(node.delimiter, delimiter),
      );
      if (!opener?.delimiter) break;
      openers.length = openers.indexOf(opener) + 1;
      const { span, used } = pair(opener.delimiter, delimiter);
      for (let at = nodes.indexOf(opener) + 1; nodes[at] !== closer; at += 1) {
        const node = nodes[at];
        if (node) node.style |= STYLES[span];
      }
      this.dropMarks(opener, closer, span === 'deleted' && this.showsMarks ? 0 : used);
      if (opener.delimiter.left === 0) openers.pop();
    }
    if (delimiter.canOpen && delimiter.left > 0) openers.push(closer);
  }

  private dropMarks(opener: Node, closer: Node, count: number): void {
    opener.text = opener.text.slice(count);
    closer.text = closer.text.slice(count);
  }
}
