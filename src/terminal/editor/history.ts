import { nextBoundary, previousBoundary } from '../../text/graphemes.js';
import { bufferOf, toDraftText, type TextBuffer } from './text-buffer.js';

/** What was sent before, the oldest first. */
export interface InputHistory {
  entries(): readonly string[];
  add(text: string): void;
}

interface BrowsedHistory {
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
  readonly #history: InputHistory;
  #browsing: BrowsedHistory | undefined;

  constructor(history: InputHistory) {
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

  #begin(draft: TextBuffer): BrowsedHistory {
    const entries = this.#history.entries();
    const prefix = draft.text.slice(0, draft.cursor);
    return { entries, index: entries.length, prefix, draft, shown: draft.text };
  }

  /** An entry that was edited is a draft of its own. */
  #continued(current: TextBuffer): BrowsedHistory | undefined {
    return this.#browsing?.shown === current.text ? this.#browsing : undefined;
  }

  #show(browsing: BrowsedHistory, index: number, entry: string): TextBuffer {
    const shown = toDraftText(entry);
    this.#browsing = { ...browsing, index, shown };
    return bufferOf(shown);
  }
}

/** A running search back through the history, as Ctrl+R begins it. Never changed in place. */
export interface ReverseSearch {
  readonly query: string;
  readonly entries: readonly string[];
  /** Which entry is shown; the number of entries while none is. */
  readonly index: number;
  readonly failed: boolean;
}

export function beginSearch(entries: readonly string[]): ReverseSearch {
  return { query: '', entries, index: entries.length, failed: false };
}

function findFrom(search: ReverseSearch, from: number): ReverseSearch {
  const wanted = search.query.toLowerCase();
  const shown = search.entries[search.index];
  for (let index = Math.min(from, search.entries.length - 1); index >= 0; index--) {
    const entry = search.entries[index] ?? '';
    const isNew = index === search.index || entry !== shown;
    if (isNew && entry.toLowerCase().includes(wanted)) return { ...search, index, failed: false };
  }
  return { ...search, failed: true };
}

export const extendQuery = (search: ReverseSearch, text: string): ReverseSearch =>
  findFrom({ ...search, query: search.query + text }, search.index);

/** A shorter query begins again at the newest entry. */
export function shortenQuery(search: ReverseSearch): ReverseSearch {
  const query = search.query.slice(0, previousBoundary(search.query, search.query.length));
  const restarted = { ...beginSearch(search.entries), query };
  return query === '' ? restarted : findFrom(restarted, search.entries.length);
}

/** The next match further back. */
export const searchOlder = (search: ReverseSearch): ReverseSearch =>
  search.query === '' ? search : findFrom(search, search.index - 1);

/** The entry found, with the cursor behind what matched. */
export function foundEntry(search: ReverseSearch): TextBuffer | undefined {
  const entry = search.entries[search.index];
  if (entry === undefined) return undefined;
  const text = toDraftText(entry);
  const at = text.toLowerCase().indexOf(search.query.toLowerCase());
  const end = Math.min(text.length, Math.max(0, at) + search.query.length);
  return { text, cursor: end === 0 ? 0 : nextBoundary(text, previousBoundary(text, end)) };
}

export const searchPrompt = ({ query, failed }: ReverseSearch): string =>
  `${failed ? 'no match' : 'search'} "${query}": `;
