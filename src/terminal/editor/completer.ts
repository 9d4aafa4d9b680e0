import { nextBoundary } from '../../text/graphemes.js';
import { replace, type TextBuffer } from './text-buffer.js';

export interface Candidate {
  /** What takes the place of the word; with a blank at its end when the word is finished by it. */
  value: string;
  /** What tells candidates apart where their values don't. */
  note?: string;
}

/** What could stand in the place of the word that starts at `from` and ends at the cursor. */
export interface Completion {
  from: number;
  candidates: readonly Candidate[];
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
