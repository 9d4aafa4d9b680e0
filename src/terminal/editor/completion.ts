import { nextBoundary } from '../../text/graphemes.js';
import type { Draft } from './draft.js';
import { replace, toDraftText, type TextBuffer } from './text-buffer.js';

export interface CompletionCandidate {
  /** What takes the place of the word; with a blank at its end when the word is finished by it. */
  value: string;
  /** What tells candidates apart where their values don't. */
  note?: string;
}

/** What could stand in the place of the word that starts at `from` and ends at the cursor. */
export interface Completion {
  from: number;
  candidates: readonly CompletionCandidate[];
}

export type Complete = (
  draft: string,
  cursor: number,
) => Completion | undefined | Promise<Completion | undefined>;

/** The longest text that all begin with, cut between graphemes. */
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

/** The draft with as much of the word filled in as is certain. */
export function fillIn(buffer: TextBuffer, { from, candidates }: Completion): TextBuffer {
  if (candidates.length === 0) return buffer;
  const prefix = commonPrefix(candidates.map(({ value }) => value));
  const word = buffer.text.slice(from, buffer.cursor);
  // Candidates may match in another case or by name: never take typed characters away for less.
  if (candidates.length > 1 && !prefix.startsWith(word)) return buffer;
  return replace(buffer, from, buffer.cursor, prefix);
}

/** The candidates as lines to be shown. */
export function candidateLines({ candidates }: Completion): string[] {
  return candidates.map(({ value, note }) =>
    note ? `${value.trimEnd()}  ${note}` : value.trimEnd(),
  );
}

export interface TabKeyOptions {
  complete: Complete;
  draft: Draft;
  /** Shows the candidates. */
  list: (lines: readonly string[]) => void;
  /** Tells that an answer which took its time has changed the draft. */
  onChange: () => void;
}

/** Tab: fills in what is certain; pressed again where nothing is, lists what is possible. */
export class TabKey {
  readonly #options: TabKeyOptions;
  #pressedAt: TextBuffer | undefined;

  constructor(options: TabKeyOptions) {
    this.#options = options;
  }

  press(): void {
    const { complete, draft } = this.#options;
    const asked = draft.buffer;
    const isAgain = this.#pressedAt === asked;
    this.#pressedAt = asked;
    const answer = complete(asked.text, asked.cursor);
    if (!(answer instanceof Promise)) {
      this.#apply(asked, answer, isAgain);
      return;
    }
    // No answer is no completion: what is being typed must not fail for it.
    answer.then(
      (completion) => {
        this.#apply(asked, completion, isAgain);
        this.#options.onChange();
      },
      () => undefined,
    );
  }

  /** An answer for a draft that has changed meanwhile is dropped. */
  #apply(asked: TextBuffer, completion: Completion | undefined, isAgain: boolean): void {
    const { draft, list } = this.#options;
    if (!completion || draft.buffer !== asked) return;
    const safe = asDraftText(completion);
    const filled = fillIn(asked, safe);
    if (filled.text !== asked.text) {
      draft.set(filled);
      this.#pressedAt = draft.buffer;
    } else if (isAgain && safe.candidates.length > 1) list(candidateLines(safe));
  }
}

/** Names come from outside; in a draft they must be one line without controls. */
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
