import { ADDRESS, CODE, PLAIN, type Style, type TextSink } from '../theme.js';
import { angleAt, codeContent, codeEnd, MAX_RUN, entityAt } from './literals.js';
import { delimiterOf, linkTarget, trimUrl } from './span-syntax.js';
import { Spans } from './spans.js';

/** A longer address ends here. */
const MAX_URL = 2048;
const SPECIAL = new RegExp(
  `\\\\|\`{1,${MAX_RUN}}|\\*{1,${MAX_RUN}}|_{1,${MAX_RUN}}|~{1,${MAX_RUN}}|!?\\[|\\]|<|&|` +
    `https?://[!#-;=?-Z\\\\^_a-{}~]{1,${MAX_URL}}`,
  'g',
);
/** With more text, this could be the start of an image or of an address. */
const UNFINISHED = /(?:!|h|ht|htt|https?:?\/?|https?:\/\/)$/;
const ESCAPABLE = /[!-/:-@[-`{-~\n]/;

/**
 * Reads the text of one block after the other, which may come in pieces, and hands it on with the look that its marks
 * give it. What is read depends on the text alone, never on where it was cut.
 */
export class InlineParser {
  private readonly spans: Spans;
  /** Text that cannot be read before more of it is there. */
  private source = '';
  /** The character before it. */
  private before = '';
  private isWhole = false;

  constructor(
    sink: TextSink,
    /** Whether marks stay around text that has no look of its own without colour. */
    private readonly showsMarks: boolean,
  ) {
    this.spans = new Spans(sink, showsMarks);
  }

  /** A new text begins, all of which has this look. */
  begin(base: Style): void {
    this.before = '';
    this.isWhole = false;
    this.spans.begin(base);
  }

  write(text: string): void {
    this.source += text;
    this.read();
  }

  end(): void {
    this.isWhole = true;
    this.read();
    this.spans.end();
  }

  /** Renders a text that is complete. */
  render(text: string, base: Style): void {
    this.begin(base);
    this.write(text);
    this.end();
  }

  private read(): void {
    const { source } = this;
    let at = 0;
    for (;;) {
      SPECIAL.lastIndex = at;
      const match = SPECIAL.exec(source);
      const next = match ? match.index : this.certainEnd(at);
      if (next > at) this.spans.text(source.slice(at, next));
      at = next;
      const length = match ? this.readSpecial(match[0], at) : undefined;
      if (length === undefined) break;
      at += length;
    }
    if (at > 0) this.before = characterBefore(source, at);
    this.source = source.slice(at);
  }

  private certainEnd(from: number): number {
    const { source } = this;
    if (this.isWhole || !'!htps:/'.includes(source.charAt(source.length - 1))) return source.length;
    const unfinished = UNFINISHED.exec(source.slice(Math.max(from, source.length - 8)));
    return source.length - (unfinished?.[0].length ?? 0);
  }

  /** Characters of the source that were read; undefined while it takes more to know. */
  private readSpecial(special: string, at: number): number | undefined {
    switch (special.charAt(0)) {
      case '\\':
        return this.readEscape(at);
      case '`':
        return this.readCode(special, at);
      case '<':
        return this.readAngle(at);
      case '&':
        return this.readEntity(at);
      case 'h':
        return this.readUrl(special, at);
      case ']':
        return this.readBracket(at);
      case '[':
      case '!':
        this.spans.openBracket(special === '[' ? '[' : '![');
        return special.length;
      default:
        return this.readDelimiter(special, at);
    }
  }

  private readText(text: string, length = text.length, style = PLAIN): number {
    this.spans.text(text, style);
    return length;
  }

  /** Whether a run of marks could be longer than what there is of it. */
  private mayGrow(at: number, length: number, max: number): boolean {
    return !this.isWhole && length < max && at + length === this.source.length;
  }

  private readEscape(at: number): number | undefined {
    const next = this.source.charAt(at + 1);
    // A backslash at the very end breaks no line.
    const isLast = next === '' || (next === '\n' && at + 2 === this.source.length);
    if (isLast) return this.isWhole ? this.readText('\\') : undefined;
    return ESCAPABLE.test(next) ? this.readText(next, 2) : this.readText('\\');
  }

  private readCode(run: string, at: number): number | undefined {
    const { source, isWhole } = this;
    const { length } = run;
    if (this.mayGrow(at, length, MAX_RUN)) return undefined;
    const end = codeEnd(source, at + length, { length, isWhole });
    if (end === undefined) return undefined;
    if (end < 0) return this.readText(run);
    const shown = this.showsMarks
      ? source.slice(at, end + length).replaceAll('\n', ' ')
      : codeContent(source.slice(at + length, end));
    return this.readText(shown, end + length - at, CODE);
  }

  private readAngle(at: number): number | undefined {
    const angle = angleAt(this.source, at, this.isWhole);
    if (angle === undefined) return undefined;
    if (!angle) return this.readText('<');
    if (angle.kind === 'html') return this.readText(angle.text);
    return this.readText(angle.text, angle.text.length + 2, ADDRESS);
  }

  private readEntity(at: number): number | undefined {
    const entity = entityAt(this.source, at, this.isWhole);
    if (entity === undefined) return undefined;
    return entity ? this.readText(entity.character, entity.length) : this.readText('&');
  }

  private readUrl(candidate: string, at: number): number | undefined {
    if (this.mayGrow(at, candidate.length, MAX_URL)) return undefined;
    return this.readText(trimUrl(candidate), undefined, ADDRESS);
  }

  private readBracket(at: number): number | undefined {
    const target = this.spans.isInLink ? linkTarget(this.source, at + 1, this.isWhole) : null;
    if (target === undefined) return undefined;
    if (target) this.spans.closeLink(target.url, target.title);
    else this.spans.closeBracket();
    return 1 + (target?.length ?? 0);
  }

  private readDelimiter(run: string, at: number): number | undefined {
    if (this.mayGrow(at, run.length, MAX_RUN)) return undefined;
    const end = at + run.length;
    if (end === this.source.length && !this.isWhole) return undefined;
    const before = at > 0 ? characterBefore(this.source, at) : this.before;
    this.spans.delimiter(delimiterOf(run, before, characterAt(this.source, end)));
    return run.length;
  }
}

const characterAt = (text: string, index: number): string => {
  const code = text.codePointAt(index);
  return code === undefined ? '' : String.fromCodePoint(code);
};

function characterBefore(text: string, index: number): string {
  const isPair = (text.codePointAt(index - 2) ?? 0) > 0xffff;
  return text.slice(index - (isPair ? 2 : 1), index);
}
