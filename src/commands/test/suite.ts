import { AppError } from '../../base/errors.js';
import { errorLines } from '../../base/text/error-report.js';
import type { Context } from '../../process/context.js';
import { findChatFiles, readChatBytes, type NamedFile } from '../../store/test-files.js';
import type { ChatFile } from '../../testing/chat-file/chat-file.js';
import {
  faultError,
  type Fault,
  isVariableName,
  type Variables,
} from '../../testing/chat-file/syntax.js';
import { readChatFile } from '../../testing/chat-file/parse.js';
import { mistakeAnnotations } from '../../testing/report/github.js';
import { selectedCases, type Selection } from '../../testing/run/plan.js';
import type { SelectedCase } from '../../testing/run/results.js';
import { isOnGithub, workspaceNames } from './reports.js';

/** The mistakes that are shown at once. */
const MAX_MISTAKES = 20;

/** The files of a run, read, and where they are. */
export interface Suite {
  files: ChatFile[];
  found: readonly NamedFile[];
}

export interface SuiteOptions {
  context: Context;
  /** Prints a line about a mistake for a person; undefined where only one error is told, as JSON. */
  complain: ((line: string) => void) | undefined;
}

/** Reads all files that the words name. Throws `usage` with the first mistake; the others are printed before. */
export function readSuite(
  words: readonly string[],
  variables: Variables,
  { context, complain }: SuiteOptions,
): Suite {
  const found = findChatFiles(words, context);
  const once = new Map(found.map((file) => [file.name, file]));
  const read = [...once.values()].map((file) => ({
    name: file.name,
    ...readChatFile(file.name, readChatBytes(file), variables),
  }));
  for (const { name, file } of read) assertChatFile(name, file);
  const mistakes = read.flatMap(({ name, faults }) => faults.map((fault) => ({ name, fault })));
  if (mistakes.length > 0) throw reported(mistakes, { context, complain });
  return { files: read.map(({ file }) => file), found };
}

/** Any file may be named, but its mistakes tell nothing when it is of another kind. */
function assertChatFile(name: string, { cases }: ChatFile): void {
  if (name.endsWith('.chat') || cases.length > 0) return;
  throw new AppError('usage', `${name} is not a .chat file`, {
    hint: 'one has a case (== title), what is said (> hello) and a check (? says hello): telnyx-chat help testing',
  });
}

/** The error that the command ends with, after the others were printed. */
function reported(
  mistakes: readonly { name: string; fault: Fault }[],
  { context, complain }: SuiteOptions,
): AppError {
  const errors = mistakes.map(({ name, fault }) => faultError(name, [fault]));
  const shown = complain ? errors.slice(0, MAX_MISTAKES) : errors.slice(0, 1);
  const last = shown.pop() ?? new AppError('bug', 'there is no mistake');
  for (const error of shown) complain?.(errorLines(error).join('\n'));
  if (complain && isOnGithub(context)) {
    const lines = mistakeAnnotations(mistakes, workspaceNames(context));
    context.stderr.write(`${lines.join('\n')}\n`);
  }
  const others = mistakes.length - shown.length - 1;
  if (others === 0) return last;
  return last.but({
    hint: `${last.details.hint ?? ''} (${others} more ${others === 1 ? 'mistake' : 'mistakes'})`,
  });
}

/** The cases that the flags select; a file that was also named without a line is taken as a whole. */
export function casesOf(
  { files, found }: Suite,
  selection: Omit<Selection, 'lines'>,
): SelectedCase[] {
  const lines = new Map<string, number[]>();
  for (const { name, line } of found) {
    if (line !== undefined) lines.set(name, [...(lines.get(name) ?? []), line]);
  }
  for (const { name, line } of found) if (line === undefined) lines.delete(name);
  return selectedCases(files, { ...selection, lines });
}

/** The values of `--var name=value`. Throws `usage`. */
export function variablesOf(given: readonly string[]): Variables {
  return new Map(
    given.map((each) => {
      const at = each.indexOf('=');
      const name = each.slice(0, Math.max(0, at));
      if (isVariableName(name)) return [name, each.slice(at + 1)];
      throw new AppError('usage', `bad --var ${JSON.stringify(each)}`, {
        hint: 'give a name and a value: --var order=4711 is {{order}} in the files',
      });
    }),
  );
}
