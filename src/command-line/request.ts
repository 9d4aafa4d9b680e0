import { readBashLine, bashReply, type BashWord } from './bash-line.js';
import type { Candidate } from './candidates.js';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

/** A request of a shell's script: the words after the program's name, and the one at the cursor. */
export interface CompletionRequest {
  words: string[];
  current: string;
  /** The lines that the shell's script understands. */
  replies(prefix: string, candidates: readonly Candidate[]): string[];
}

/** bash's COMP_TYPE for a listing: the answer is only shown, never typed. */
const LISTING = '63';

/** Reads what the script of this shell passes: see the scripts. */
export function readRequest(shell: Shell, given: readonly string[]): CompletionRequest {
  if (shell === 'bash') return bashRequest(given);
  // Older PowerShells lose empty words on the way, so its script sends each behind a `=`.
  const words = shell === 'powershell' ? given.map((word) => word.slice(1)) : [...given];
  const current = words.pop() ?? '';
  return {
    words,
    current,
    // zsh and fish choose and quote by themselves; zsh has taken the prefix off.
    replies: (prefix, candidates) =>
      candidates
        .map(({ value, note }) => ({ value: shell === 'zsh' ? value : prefix + value, note }))
        .filter(({ value }) => shell !== 'powershell' || value.startsWith(current))
        .map(({ value, note }) => `${value}\t${note}`),
  };
}

function bashRequest([line = '', type, breaks = '']: readonly string[]): CompletionRequest {
  const { words, current } = readBashLine(line, breaks);
  return {
    words: words.slice(1),
    current: current.value,
    replies: (prefix, candidates) =>
      candidates
        .map(({ value, note }) => ({ value: prefix + value, note }))
        .filter(({ value }) => value.startsWith(current.value))
        .flatMap((candidate) => (type === LISTING ? listed(candidate) : typed(candidate, current))),
  };
}

function listed({ value, note }: Candidate): string {
  return note === '' ? value : `${value}  (${note})`;
}

function typed({ value }: Candidate, word: BashWord): string[] {
  const reply = bashReply(value, word);
  return reply === undefined ? [] : [reply];
}
