import { AppError } from '../../base/errors.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import { isSimulated, type ChatFile, type TestCase } from '../chat-file/chat-file.js';
import { plainText } from '../checks/matching.js';
import type { Job, SelectedCase } from './results.js';

/** Which cases are run. Several tags or titles: any of them; both kinds: both. */
export interface Selection {
  /** The lines of each file that was named with lines (`orders.chat:14`): only cases at them are run. */
  lines: ReadonlyMap<string, readonly number[]>;
  tags: readonly string[];
  /** Parts of titles. */
  titles: readonly string[];
  /** The cases that failed or were errors in the last run; undefined without `--failed`. */
  failed?: readonly { file: string; title: string }[] | undefined;
}

export interface PlanOptions {
  /** The assistants of `--assistant`, which replace all others. */
  assistantIds: readonly string[];
  /** The assistant of the environment or the profile. */
  defaultAssistantId?: string | undefined;
  /** Simulated cases cost money. */
  simulates: boolean;
  /** The way out for whoever has no flags and no environment: a caller of the library. */
  words?: PlanWords;
}

/** The words for something that is missing, and for the way out. */
interface PlanWords {
  assistant: string;
  assistantHint: string;
  simulated: string;
}

const COMMAND_WORDS: PlanWords = {
  assistant: 'TELNYX_ASSISTANT_ID is required',
  assistantHint: 'set it, give --assistant <id>, or begin the file with assistant: <id>',
  simulated: 'simulated callers cost money: run it with --simulate',
};

/** The cases of a replay need no assistant. */
export const REPLAY: PlanOptions = { assistantIds: [], simulates: false };

/**
 * The cases to run, in the order of files. Throws `usage` when nothing is selected, but for the failed ones
 * of the last run: there may be none left.
 */
export function selectedCases(files: readonly ChatFile[], selection: Selection): SelectedCase[] {
  const cases = files.flatMap((file) =>
    casesAt(file, selection.lines.get(file.path)).map((test) => ({ file, test })),
  );
  const selected = cases.filter((each) => isSelected(each, selection));
  if (selected.length > 0 || selection.failed) return selected;
  throw nothingSelected(files, selection);
}

function casesAt(file: ChatFile, lines: readonly number[] | undefined): TestCase[] {
  if (!lines) return file.cases;
  const selected = lines.map((line) => caseAt(file, line));
  return file.cases.filter((test) => selected.includes(test));
}

function caseAt({ path, cases }: ChatFile, line: number): TestCase {
  const test = cases.find((each) => each.line <= line && line <= each.lastLine);
  if (test) return test;
  throw new AppError('usage', `${path}:${line}: no case is at this line`, {
    hint: 'telnyx-chat test --list shows the lines of cases',
  });
}

function isSelected({ file, test }: SelectedCase, { tags, titles, failed }: Selection): boolean {
  const plain = plainText(test.title);
  const isTagged = tags.length === 0 || tags.some((tag) => test.tags.includes(tagName(tag)));
  const isTitled = titles.length === 0 || titles.some((part) => plain.includes(plainText(part)));
  const isFailed = ({ file: path, title }: { file: string; title: string }): boolean =>
    path === file.path && title === test.title;
  return isTagged && isTitled && (failed?.some(isFailed) ?? true);
}

/** `#smoke` and `smoke` are one tag. */
function tagName(tag: string): string {
  return tag.replace(/^#/, '');
}

function nothingSelected(files: readonly ChatFile[], { tags, titles }: Selection): AppError {
  if (files.length === 0) {
    return new AppError('usage', 'there is no .chat file here', {
      hint: 'name one: telnyx-chat test orders.chat; or make one with telnyx-chat conversations export <id> -o orders.chat',
    });
  }
  const asked = [
    ...tags.map((tag) => `--tag ${tagName(tag)}`),
    ...titles.map((title) => `--grep ${title}`),
  ];
  return new AppError('usage', `no case is selected by ${asked.join(' ')}`, {
    hint: 'telnyx-chat test --list shows the cases and their tags',
  });
}

/** The selected cases with their assistants, and why some are not run. Throws `not_configured`. */
export function plannedJobs(cases: readonly SelectedCase[], options: PlanOptions): Job[] {
  return cases.map(({ file, test }) => {
    const skipReason = skipReasonOf(test, options);
    const assistantIds = options === REPLAY ? [undefined] : assistantsOf(test, options, skipReason);
    return { file, test, assistantIds, skipReason };
  });
}

function skipReasonOf(
  test: TestCase,
  { simulates, words = COMMAND_WORDS }: PlanOptions,
): string | undefined {
  if (test.tags.includes('skip')) return 'it has the tag #skip';
  if (isSimulated(test) && !simulates) return words.simulated;
  return undefined;
}

function assistantsOf(
  { settings }: TestCase,
  { assistantIds, defaultAssistantId, words = COMMAND_WORDS }: PlanOptions,
  skipReason: string | undefined,
): readonly (string | undefined)[] {
  if (assistantIds.length > 0) return [...new Set(assistantIds)];
  const assistantId = settings.assistant ?? defaultAssistantId;
  if (assistantId !== undefined || skipReason !== undefined) return [assistantId];
  throw new AppError('not_configured', words.assistant, { hint: words.assistantHint });
}

/** Limit on the line of a case, in characters. */
const MAX_LISTED = 1_000;

/** The cases, their turns and their checks, for `--list`. */
export function listText(cases: readonly SelectedCase[]): string {
  const lines = cases.map(({ file, test }) => {
    const checks = test.turns.reduce((sum, turn) => sum + turn.checks.length, test.checks.length);
    const size = isSimulated(test) ? 'simulated' : counted(test.turns.length, 'turn');
    const tags = test.tags.map((tag) => ` #${tag}`).join('');
    const name = sanitizeLine(`${file.path}:${test.line}  ${test.title}${tags}`, MAX_LISTED);
    return `${name}  (${size}, ${counted(checks, 'check')})\n`;
  });
  return lines.join('');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
