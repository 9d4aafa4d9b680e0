import { nextBoundary, previousBoundary } from '../../base/text/width.js';
import type { Folds } from './folds.js';
import { bufferOf, toDraftText, type TextBuffer } from './text-buffer.js';

/** Sent messages, the oldest first. */
export interface InputHistory {
  entries(): readonly string[];
  add(text: string): void;
}

/** Remembers until the process ends. */
export function memoryHistory(): InputHistory {
  const entries: string[] = [];
  return { entries: () => entries, add: (text) => void entries.push(text) };
}

interface BrowsedHistory {
  entries: readonly string[];
  index: number;
  /** The start of the entries to show. */
  prefix: string;
  /** The draft that Down returns to in the end. */
  draft: TextBuffer;
  shown: string;
}

/** Walks through the history with Up and Down, starting from the draft. */
export class HistoryBrowser {
  readonly #history: InputHistory;
  readonly #folds: Folds;
  #browsing: BrowsedHistory | undefined;

  constructor(history: InputHistory, folds: Folds) {
    this.#history = history;
    this.#folds = folds;
  }

  stop(): void {
    this.#browsing = undefined;
  }

  /** The previous entry; undefined when there is none. */
  older(current: TextBuffer): TextBuffer | undefined {
    const browsing = this.#continued(current) ?? this.#begin(current);
    return this.#firstMatch(browsing, current, -1);
  }

  /** The next entry or, after the last one, the draft; undefined while the draft is shown. */
  newer(current: TextBuffer): TextBuffer | undefined {
    const browsing = this.#continued(current);
    if (!browsing) return undefined;
    const entry = this.#firstMatch(browsing, current, 1);
    if (!entry) this.stop();
    return entry ?? browsing.draft;
  }

  /** The nearest entry that begins as typed and is not shown already. */
  #firstMatch(browsing: BrowsedHistory, current: TextBuffer, by: 1 | -1): TextBuffer | undefined {
    const { entries, prefix } = browsing;
    const shown = this.#folds.unfold(current.text);
    for (let index = browsing.index + by; index in entries; index += by) {
      const entry = entries[index] ?? '';
      if (entry.startsWith(prefix) && entry !== shown) return this.#show(browsing, index, entry);
    }
    return undefined;
  }

  #begin(draft: TextBuffer): BrowsedHistory {
    const entries = this.#history.entries();
    const prefix = this.#folds.unfold(draft.text.slice(0, draft.cursor));
    return { entries, index: entries.length, prefix, draft, shown: draft.text };
  }

  /** An entry that the person has edited is a new draft: browsing starts again from it. */
  #continued(current: TextBuffer): BrowsedHistory | undefined {
    return this.#browsing?.shown === current.text ? this.#browsing : undefined;
  }

  #show(browsing: BrowsedHistory, index: number, entry: string): TextBuffer {
    const shown = this.#folds.foldMessage(toDraftText(entry));
    this.#browsing = { ...browsing, index, shown };
    return bufferOf(shown);
  }
}

/** A backward search through the history, started by Ctrl+R. */
export class ReverseSearch {
  readonly #entries: readonly string[];
  #query = '';
  /** The entry shown; equal to the number of entries while none is. */
  #index: number;
  #hasFailed = false;

  constructor(entries: readonly string[]) {
    this.#entries = entries;
    this.#index = entries.length;
  }

  get prompt(): string {
    return `${this.#hasFailed ? 'no match' : 'search'} "${this.#query}": `;
  }

  /** The entry found, with the cursor after the match. */
  get found(): TextBuffer | undefined {
    const entry = this.#entries[this.#index];
    if (entry === undefined) return undefined;
    const text = toDraftText(entry);
    const at = text.toLowerCase().indexOf(this.#query.toLowerCase());
    const end = Math.min(text.length, Math.max(0, at) + this.#query.length);
    return { text, cursor: end === 0 ? 0 : nextBoundary(text, previousBoundary(text, end)) };
  }

  extend(text: string): void {
    this.#query += text;
    this.#find(this.#index);
  }

  /** A shorter query searches again from the newest entry. */
  shorten(): void {
    this.#query = this.#query.slice(0, previousBoundary(this.#query, this.#query.length));
    this.#index = this.#entries.length;
    this.#hasFailed = false;
    if (this.#query !== '') this.#find(this.#index);
  }

  /** Goes to the next match further back. */
  older(): void {
    if (this.#query !== '') this.#find(this.#index - 1);
  }

  #find(from: number): void {
    const query = this.#query.toLowerCase();
    const shown = this.#entries[this.#index];
    for (let index = Math.min(from, this.#entries.length - 1); index >= 0; index--) {
      const entry = this.#entries[index] ?? '';
      const isNew = index === this.#index || entry !== shown;
      if (isNew && entry.toLowerCase().includes(query)) {
        this.#index = index;
        this.#hasFailed = false;
        return;
      }
    }
    this.#hasFailed = true;
  }
}
