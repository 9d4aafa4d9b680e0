import type { Theme } from '../theme.js';
import { CodeSpans } from './code-spans.js';
import { delimiterAt } from './delimiters.js';
import { entityAt } from './entities.js';
import { type LinkTarget, autolinkAt, linkTargetAt, tagAt, trimUrl } from './links.js';
import { type Piece, joinPieces } from './spans.js';

const SPECIAL = /\\|`+|\*+|_+|~+|!?\[|\]|<|&|https?:\/\/[!#-;=?-Z\\^_a-{}~]+/;
const NEXT_SPECIAL = new RegExp(SPECIAL, 'g');
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** Deeper brackets are text, so that the work stays in proportion to the text. */
const MOST_BRACKETS = 32;

/** The text of a block, with emphasis, code and links as the theme shows them. */
export function renderInline(text: string, theme: Theme): string {
  return SPECIAL.test(text) ? new InlineReader(text, theme).read() : text;
}

interface Bracket {
  /** Where its text is among the pieces, and in the source. */
  piece: number;
  start: number;
  isImage: boolean;
}

class InlineReader {
  private readonly codeSpans: CodeSpans;
  private readonly pieces: Piece[] = [];
  private brackets: Bracket[] = [];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly theme: Theme,
  ) {
    this.codeSpans = new CodeSpans(text);
  }

  read(): string {
    for (;;) {
      NEXT_SPECIAL.lastIndex = this.at;
      const match = NEXT_SPECIAL.exec(this.text);
      if (!match) break;
      if (match.index > this.at) this.pieces.push(this.text.slice(this.at, match.index));
      this.at = match.index;
      this.readSpecial(match[0]);
    }
    this.pieces.push(this.text.slice(this.at));
    return joinPieces(this.pieces, this.theme);
  }

  private readSpecial(special: string): void {
    const first = special.charAt(0);
    if (first === '\\') this.readEscape();
    else if (first === '`') this.readCode(special);
    else if (first === '[' || first === '!') this.openBracket(special);
    else if (first === ']') this.closeBracket();
    else if (first === '<') this.readAngle();
    else if (first === '&') this.readEntity();
    else if (first === 'h') this.readUrl(special);
    else {
      this.pieces.push(delimiterAt(this.text, this.at, special));
      this.at += special.length;
    }
  }

  private push(piece: string, sourceLength = piece.length): void {
    this.pieces.push(piece);
    this.at += sourceLength;
  }

  private readEscape(): void {
    const next = this.text.charAt(this.at + 1);
    if (next === '\n' || PUNCTUATION.test(next)) this.push(next, 2);
    else this.push('\\');
  }

  private readCode(run: string): void {
    const span = this.codeSpans.at(this.at, run.length);
    if (span) this.push(this.theme.code(span.content, span.source), span.source.length);
    else this.push(run);
  }

  private readAngle(): void {
    const url = autolinkAt(this.text, this.at);
    if (url !== undefined) this.push(this.theme.url(url), url.length + 2);
    else this.push(tagAt(this.text, this.at) ?? '<');
  }

  private readEntity(): void {
    const entity = entityAt(this.text, this.at);
    if (entity) this.push(entity.character, entity.source.length);
    else this.push('&');
  }

  private readUrl(candidate: string): void {
    const url = trimUrl(candidate);
    this.push(this.theme.url(url), url.length);
  }

  private openBracket(mark: string): void {
    if (this.brackets.length < MOST_BRACKETS) {
      const start = this.at + mark.length;
      this.brackets.push({ piece: this.pieces.length, start, isImage: mark === '![' });
    }
    this.push(mark);
  }

  private closeBracket(): void {
    const bracket = this.brackets.pop();
    const target = bracket && linkTargetAt(this.text, this.at + 1);
    if (!target) {
      this.push(']');
      return;
    }
    const source = this.text.slice(bracket.start, this.at);
    const label = joinPieces(this.pieces.splice(bracket.piece).slice(1), this.theme);
    // As in CommonMark, a link holds no other link.
    if (!bracket.isImage) this.brackets = this.brackets.filter(({ isImage }) => isImage);
    this.push(this.link(source, label, target), target.length + 1);
  }

  /** `text (url)`: what a link says and where it leads, both to be read. */
  private link(source: string, label: string, { url, title }: LinkTarget): string {
    const address = url && this.theme.url(url);
    const details = [address, title].filter(Boolean).join(' ');
    if (!details) return label;
    const isBare = !title && (source === url || `mailto:${source}` === url);
    return isBare || !label ? details : `${label} (${details})`;
  }
}
