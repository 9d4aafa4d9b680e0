import type { Context } from '../process/context.js';
import { readRequest, type Shell } from '../command-line/request.js';
import { wantedAt, type Candidate, type Wanted } from '../command-line/candidates.js';
import type { Outline } from '../command-line/outline.js';
import { write } from '../process/write.js';
import { SCRIPTS } from '../command-line/shell-scripts.js';
import { valuesOf } from './completion/values.js';

/** Prints the script for a shell. */
export async function printScript(shell: Shell, { stdout }: Context): Promise<void> {
  await write(stdout, SCRIPTS[shell]);
}

/**
 * Answers a shell's script. Whatever goes wrong, the answer is no candidates and not a word: it would
 * land in the middle of the line that somebody is typing.
 */
export async function complete(
  shell: Shell,
  words: readonly string[],
  { outline, context }: { outline: Outline; context: Context },
): Promise<void> {
  const request = readRequest(shell, words);
  const wanted = wantedAt(outline, request.words, request.current);
  if (!wanted) return;
  const lines =
    wanted.source === 'files'
      ? ['\tfiles']
      : request.replies(wanted.prefix, await candidates(wanted, context));
  await write(context.stdout, [...new Set(lines)].map((line) => `${line}\n`).join(''));
}

async function candidates(wanted: Wanted, context: Context): Promise<Candidate[]> {
  const { source } = wanted;
  if (source === undefined || source === 'files') return wanted.candidates;
  try {
    return [...wanted.candidates, ...(await valuesOf(source, wanted.situation, context))];
  } catch {
    return wanted.candidates;
  }
}
