import { candidateLines, fillIn, type Complete, type Completion } from './completer.js';
import { toDraftText } from './control-pictures.js';
import type { Draft } from './draft.js';
import type { TextBuffer } from './text-buffer.js';

export interface TabOptions {
  complete: Complete;
  draft: Draft;
  /** Shows the candidates. */
  list: (lines: readonly string[]) => void;
  /** Tells that an answer which took its time has changed the draft. */
  onChange: () => void;
}

/** Tab: fills in what is certain; pressed again where nothing is, lists what is possible. */
export class TabKey {
  readonly #options: TabOptions;
  #pressedAt: TextBuffer | undefined;

  constructor(options: TabOptions) {
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
    const safe = sanitized(completion);
    const filled = fillIn(asked, safe);
    if (filled.text !== asked.text) {
      draft.set(filled);
      this.#pressedAt = draft.buffer;
    } else if (isAgain && safe.candidates.length > 1) list(candidateLines(safe));
  }
}

/** Names come from outside; in a draft they must be one line without controls. */
function sanitized({ from, candidates }: Completion): Completion {
  const clean = (text: string): string => toDraftText(text).replace(/[\n\t]/g, ' ');
  return {
    from,
    candidates: candidates.map(({ value, note }) => ({
      value: clean(value),
      ...(note === undefined ? {} : { note: clean(note) }),
    })),
  };
}
