import type { Theme } from '../theme.js';
import { type Delimiter, type Span, matchDelimiters } from './delimiters.js';

export type Piece = string | Delimiter;

const isDelimiter = (piece: Piece): piece is Delimiter => typeof piece !== 'string';

/** Pieces of a line with their emphasis applied; marks that pair with nothing are text. */
export function joinPieces(pieces: readonly Piece[], theme: Theme): string {
  const delimiters = pieces.filter(isDelimiter);
  matchDelimiters(delimiters);
  const spans = new SpanBuilder(theme);
  for (const piece of pieces) {
    if (isDelimiter(piece)) {
      for (const span of piece.closes) spans.close(span);
      spans.text(piece.character.repeat(piece.left));
      for (const span of piece.opens.reverse()) spans.open(span);
    } else spans.text(piece);
  }
  return spans.finish();
}

/** Styles each span once: a span inside one of its own kind adds nothing, however deep they nest. */
class SpanBuilder {
  private readonly buffers: string[] = [];
  private current = '';
  private readonly depth: Record<Span, number> = { strong: 0, emphasis: 0, deleted: 0 };

  constructor(private readonly theme: Theme) {}

  text(text: string): void {
    this.current += text;
  }

  open(span: Span): void {
    this.depth[span] += 1;
    if (this.depth[span] > 1) return;
    this.buffers.push(this.current);
    this.current = '';
  }

  close(span: Span): void {
    this.depth[span] -= 1;
    if (this.depth[span] > 0) return;
    this.current = (this.buffers.pop() ?? '') + this.theme[span](this.current);
  }

  finish(): string {
    return this.current;
  }
}
