import type { Completion } from '../../chat/completion.js';
import { nextBoundary } from '../../text/width.js';
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

/** The candidates as lines to show. */
export function candidateLines({ candidates }: Completion): string[] {
  return candidates.map(({ value, note }) =>
    note ? `${value.trimEnd()}  ${note}` : value.trimEnd(),
  );
}

export interface TabKeyOptions {
  complete: Complete;
  draft: Draft;
  /** Shows the candidates to the person. */
  list: (lines: readonly string[]) => void;
  /** Called when a late answer has changed the draft. */
  onChange: () => void;
}

/** Tab fills in the part that is certain. Pressed again without effect, it lists the candidates. */
export class TabKey {
  readonly #options: TabKeyOptions;
  #pressedAt: TextBuffer | undefined;

  constructor(options: TabKeyOptions) {
    this.#options = options;
  }

  press(): void {
    const { complete, draft } = this.#options;
    const before = draft.buffer;
    const isAgain = this.#pressedAt === before;
    this.#pressedAt = before;
    const answer = complete(before.text, before.cursor);
    if (!(answer instanceof Promise)) {
      this.#apply(before, answer, isAgain);
      return;
    }
    // A failed lookup only means that there is no completion: typing must not fail with it.
    answer.then(
      (completion) => {
        this.#apply(before, completion, isAgain);
        this.#options.onChange();
      },
      () => undefined,
    );
  }

  /** Ignores an answer for a draft that has changed in the meantime. */
  #apply(before: TextBuffer, completion: Completion | undefined, isAgain: boolean): void {
    const { draft, list } = this.#options;
    if (!completion || draft.buffer !== before) return;
    const safe = asDraftText(completion);
    const filled = fillIn(before, safe);
    if (filled.text !== before.text) {
      draft.set(filled);
      this.#pressedAt = draft.buffer;
    } else if (isAgain && safe.candidates.length > 1) list(candidateLines(safe));
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
