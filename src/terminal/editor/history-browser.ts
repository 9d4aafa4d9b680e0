import { toDraftText } from './control-pictures.js';
import { bufferOf, type TextBuffer } from './text-buffer.js';

/** What was sent before, the oldest first. */
export interface History {
  entries(): readonly string[];
  add(text: string): void;
}

interface Browsing {
  entries: readonly string[];
  index: number;
  /** Only entries that start so are shown. */
  prefix: string;
  /** What was on the prompt before, to come back to. */
  draft: TextBuffer;
  shown: string;
}

/** Walks through the history from the draft and back to it. */
export class HistoryBrowser {
  readonly #history: History;
  #browsing: Browsing | undefined;

  constructor(history: History) {
    this.#history = history;
  }

  stop(): void {
    this.#browsing = undefined;
  }

  /** The entry before; undefined when there is none. */
  older(current: TextBuffer): TextBuffer | undefined {
    const browsing = this.#continued(current) ?? this.#begin(current);
    for (let index = browsing.index - 1; index >= 0; index--) {
      const entry = browsing.entries[index] ?? '';
      if (entry.startsWith(browsing.prefix) && entry !== current.text) {
        return this.#show(browsing, index, entry);
      }
    }
    return undefined;
  }

  /** The entry after, and after the last one the draft; undefined when that is shown. */
  newer(current: TextBuffer): TextBuffer | undefined {
    const browsing = this.#continued(current);
    if (!browsing) return undefined;
    for (let index = browsing.index + 1; index < browsing.entries.length; index++) {
      const entry = browsing.entries[index] ?? '';
      if (entry.startsWith(browsing.prefix) && entry !== current.text) {
        return this.#show(browsing, index, entry);
      }
    }
    this.stop();
    return browsing.draft;
  }

  #begin(draft: TextBuffer): Browsing {
    const entries = this.#history.entries();
    const prefix = draft.text.slice(0, draft.cursor);
    return { entries, index: entries.length, prefix, draft, shown: draft.text };
  }

  /** An entry that was edited is a draft of its own. */
  #continued(current: TextBuffer): Browsing | undefined {
    return this.#browsing?.shown === current.text ? this.#browsing : undefined;
  }

  #show(browsing: Browsing, index: number, entry: string): TextBuffer {
    const shown = toDraftText(entry);
    this.#browsing = { ...browsing, index, shown };
    return bufferOf(shown);
  }
}
