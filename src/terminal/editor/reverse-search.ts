import { toDraftText } from './control-pictures.js';
import { nextBoundary, previousBoundary } from '../../text/graphemes.js';
import type { TextBuffer } from './text-buffer.js';

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
export function found(search: ReverseSearch): TextBuffer | undefined {
  const entry = search.entries[search.index];
  if (entry === undefined) return undefined;
  const text = toDraftText(entry);
  const at = text.toLowerCase().indexOf(search.query.toLowerCase());
  const end = Math.min(text.length, Math.max(0, at) + search.query.length);
  return { text, cursor: end === 0 ? 0 : nextBoundary(text, previousBoundary(text, end)) };
}

export const searchPrompt = ({ query, failed }: ReverseSearch): string =>
  `${failed ? 'no match' : 'search'} "${query}": `;
