import type { Completion } from '../../chat/slash-commands.js';
import { alignedCells, COLUMN_GAP, cutWithEllipsis, nextBoundary } from '../../base/text/width.js';
import type { ShownList } from './screen.js';
import type { Draft } from './draft.js';
import { replace, toDraftText, type TextBuffer } from './text-buffer.js';

export type Complete = (
  draft: string,
  cursor: number,
) => Completion | undefined | Promise<Completion | undefined>;

/** The longest common start of all texts, cut between graphemes. */
export function commonPrefix(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let end = 0;
  while (end < first.length) {
    const next = nextBoundary(first, end);
    if (!others.every((other) => other.startsWith(first.slice(0, next)))) break;
    end = next;
  }
  return first.slice(0, end);
}

/** The draft with the part of the word that all candidates share. */
export function fillIn(buffer: TextBuffer, { from, candidates }: Completion): TextBuffer {
  if (candidates.length === 0) return buffer;
  const prefix = commonPrefix(candidates.map(({ value }) => value));
  const word = buffer.text.slice(from, buffer.cursor);
  // Candidates may match by name or ignoring case: typed characters are never shortened.
  if (candidates.length > 1 && !prefix.startsWith(word)) return buffer;
  return replace(buffer, from, buffer.cursor, prefix);
}

/** Candidates with their notes: in columns where they can be drawn, a page at a time. */
function candidateList(
  candidates: Completion['candidates'],
  page: number,
  styleNote: (text: string) => string,
): ShownList {
  const cells = candidates.map(({ value, note = '' }) => [value.trimEnd(), note]);
  return {
    lines: cells.map((row) => row.join(COLUMN_GAP).trimEnd()),
    rows({ columns, rows }) {
      const shown = pageOf(alignedCells(cells, columns), page, rows);
      const lines = shown.map(([value = '', note]) =>
        note ? `${value}${COLUMN_GAP}${styleNote(note)}` : value.trimEnd(),
      );
      const hidden = cells.length - shown.length;
      return hidden > 0 && rows > 1
        ? [...lines, styleNote(cutWithEllipsis(`${hidden} more: Tab`, columns))]
        : lines;
    },
  };
}

/** One page of a list that has this many rows. The last row tells how many entries are hidden. */
function pageOf<T>(items: readonly T[], page: number, rows: number): T[] {
  const size = items.length <= rows ? rows : Math.max(1, rows - 1);
  const from = (page % Math.ceil(items.length / size)) * size;
  return items.slice(from, from + size);
}

export interface TabKeyOptions {
  complete: Complete;
  draft: Draft;
  styleNote: (text: string) => string;
  /** Called when a late answer has changed what is shown. */
  onChange: () => void;
}

/** Tab fills in the part that is certain. Where nothing is, it lists the candidates. */
export class TabKey {
  readonly #options: TabKeyOptions;
  /** Belongs to the draft for which Tab was pressed; each further Tab counts the page up. */
  #listed: { at: TextBuffer; page: number; list: ShownList } | undefined;

  constructor(options: TabKeyOptions) {
    this.#options = options;
  }

  /** The candidates to show below the draft. */
  get list(): ShownList | undefined {
    return this.#listed?.at === this.#options.draft.buffer ? this.#listed.list : undefined;
  }

  /** Called for every other key. */
  dismiss(): void {
    this.#listed = undefined;
  }

  press(): void {
    const { complete, draft } = this.#options;
    const before = draft.buffer;
    const answer = complete(before.text, before.cursor);
    if (!(answer instanceof Promise)) {
      this.#apply(before, answer);
      return;
    }
    // A failed lookup only means that there is no completion: typing must not fail with it.
    answer.then(
      (completion) => {
        this.#apply(before, completion);
        this.#options.onChange();
      },
      () => undefined,
    );
  }

  /** Ignores an answer for a draft that has changed in the meantime. */
  #apply(before: TextBuffer, completion: Completion | undefined): void {
    const { draft, styleNote } = this.#options;
    if (!completion || draft.buffer !== before) return;
    const safe = asDraftText(completion);
    const filled = fillIn(before, safe);
    if (filled.text !== before.text) draft.set(filled);
    else if (safe.candidates.length > 1) {
      const page = this.#listed?.at === before ? this.#listed.page + 1 : 0;
      const list = candidateList(safe.candidates, page, styleNote);
      this.#listed = { at: before, page, list };
    }
  }
}

/** Names come from outside: in a draft they must be one line without control characters. */
function asDraftText({ from, candidates }: Completion): Completion {
  const clean = (text: string): string => toDraftText(text).replace(/[\n\t]/g, ' ');
  return {
    from,
    candidates: candidates.map(({ value, note }) => ({
      value: clean(value),
      ...(note === undefined ? {} : { note: clean(note) }),
    })),
  };
}
