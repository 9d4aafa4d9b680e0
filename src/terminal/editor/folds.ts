import type { TextBuffer } from './text-buffer.js';

/** A text of more lines than this is folded. */
const MAX_OPEN_LINES = 20;
/** How many folds outlive the draft, so that a text that comes back is folded again. */
const MAX_KEPT_FOLDS = 20;

/**
 * A fold is one character of the draft. It is half of a surrogate pair, which no text from outside
 * contains, and which joins with no character around it.
 */
const FIRST_MARK = 0xdc00;
const MARK_COUNT = 0x400;
const MARK = /\p{Cs}/gu;

interface Fold {
  text: string;
  /** Drawn in place of the text. */
  label: string;
  isPaste: boolean;
}

function lineCount(text: string): number {
  let count = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The text with its marks. Folds can contain others, so the longest come first. */
function refolded(text: string, folds: readonly [mark: string, fold: Fold][]): string {
  const longestFirst = folds.toSorted(([, a], [, b]) => b.text.length - a.text.length);
  return longestFirst.reduce((folded, [mark, fold]) => folded.replaceAll(fold.text, mark), text);
}

/** Long texts that the draft shows as one mark each. */
export class Folds {
  readonly #folds = new Map<string, Fold>();
  #next = 0;

  /** A pasted text as the draft contains it. `earlier` is the fold of its first part. */
  paste(text: string, earlier = ''): string {
    const count = lineCount(text);
    if (count <= MAX_OPEN_LINES) return text;
    return this.#add({ text, label: `[pasted ${count} lines]`, isPaste: true }, earlier);
  }

  /** A text that comes back to the draft: what was folded in it is folded again. */
  fold(text: string): string {
    return refolded(text, [...this.#folds]);
  }

  /** A message of the history. If it is still long, its first line shows which one it is. */
  foldMessage(text: string): string {
    const folds = [...this.#folds];
    const folded = refolded(
      text,
      folds.filter(([, fold]) => fold.isPaste),
    );
    if (lineCount(folded) <= MAX_OPEN_LINES) return folded;
    const end = folded.indexOf('\n');
    const rest = this.unfold(folded.slice(end));
    const [known] = folds.find(([, fold]) => fold.text === rest) ?? [];
    const label = ` [${lineCount(rest) - 1} more lines]`;
    return folded.slice(0, end) + (known ?? this.#add({ text: rest, label, isPaste: false }));
  }

  /** The complete text. */
  unfold(text: string): string {
    return this.#replaced(text, (fold) => fold.text);
  }

  /** The text as it is drawn. */
  drawn(text: string): string {
    return this.#replaced(text, (fold) => fold.label);
  }

  /** A draft as it is drawn, with the cursor's place in that. */
  drawnBuffer({ text, cursor }: TextBuffer): TextBuffer {
    return { text: this.drawn(text), cursor: this.drawn(text.slice(0, cursor)).length };
  }

  /** The cursor's place in `text` for a place in the drawn text; out of a label it moves on. */
  cursorAt(text: string, drawnCursor: number, by: 1 | -1): number {
    let shift = 0;
    for (const { 0: mark, index } of text.matchAll(MARK)) {
      const start = index + shift;
      const length = this.drawn(mark).length;
      if (drawnCursor <= start) break;
      if (drawnCursor < start + length) return by > 0 ? index + 1 : index;
      shift += length - 1;
    }
    return drawnCursor - shift;
  }

  /** Forgets all folds but the newest, and those in `used`. */
  forget(used: string): void {
    for (const mark of [...this.#folds.keys()].slice(0, -MAX_KEPT_FOLDS)) {
      if (!used.includes(mark)) this.#folds.delete(mark);
    }
  }

  #replaced(text: string, replacement: (fold: Fold) => string): string {
    if (this.#folds.size === 0) return text;
    return text.replace(MARK, (mark) => {
      const fold = this.#folds.get(mark);
      return fold ? replacement(fold) : '';
    });
  }

  /** The mark of the fold; the text itself when there are no more marks. */
  #add(fold: Fold, earlier = ''): string {
    const mark = this.#folds.has(earlier) ? earlier : this.#freeMark();
    if (mark === undefined) return fold.text;
    this.#folds.set(mark, fold);
    return mark;
  }

  #freeMark(): string | undefined {
    for (let tried = 0; tried < MARK_COUNT; tried++) {
      const mark = String.fromCharCode(FIRST_MARK + (this.#next++ % MARK_COUNT));
      if (!this.#folds.has(mark)) return mark;
    }
    return undefined;
  }
}
