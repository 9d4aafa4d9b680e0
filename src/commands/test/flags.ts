import { AppError } from '../../base/errors.js';
import type { ValuesOf } from '../../command-line/command.js';
import { count, text, texts, toggle, type Flag } from '../../command-line/flag.js';
import type { FaultSettings } from '../../sandbox/faults/plan.js';
import { DEBUG, JSON_FLAG, NO_COLOR, QUIET, REDACT } from '../options/output.js';
import { targetFlags } from '../options/target.js';
import { REPORT_KINDS } from './reports.js';

const { assistant, ...account } = targetFlags(
  'assistant to test; several are tested side by side (repeatable)',
);

export const TEST_TARGET = account;

export const SELECTION = {
  assistants: texts(assistant.usage, assistant.help, { completes: 'assistants' }),
  tags: texts('--tag <tag>', 'only cases with this tag (repeatable)'),
  titles: texts('--grep <text>', 'only cases whose title has this text (repeatable)'),
  onlyFailed: toggle('--failed', 'only what failed in the last run in this folder'),
  isListing: toggle('--list', 'print the cases with their turns and checks; send nothing'),
};

/** A word after `--update` other than `all` is a file: `--update orders.chat`. */
const UPDATE: Flag<boolean | string> = {
  usage: '--update [all]',
  help: 'show each new reply and ask whether to accept it; --update=all accepts them',
  read: (typed) => (typeof typed === 'string' ? typed : typed === true),
};

export const RUNNING = {
  concurrency: count('-j, --jobs <number>', 'cases at a time', { min: 1, max: 64, default: 2 }),
  variables: texts('--var <name=value>', 'the value of {{name}} in the files (repeatable)'),
  keepsAll: toggle('--keep', 'delete no conversation, also after a pass'),
  isReplay: toggle('--replay', 'no account needed: check each file against its own recording'),
  simulates: toggle('--simulate', 'also run cases with a simulated caller, which costs money'),
  versionId: text('--assistant-version <id>', 'the version that simulated callers talk to'),
  isWatching: toggle('--watch', 'run again when a file changes, or an assistant does'),
  update: UPDATE,
  faults: texts('--fault <kind:often>', 'with --sandbox: make requests fail (repeatable)', {
    completes: 'fault-kinds',
  }),
  seed: count('--seed <number>', 'with --sandbox: fail the same requests as the last run with it', {
    max: 2 ** 32 - 1,
  }),
};

export const REPORTING = {
  reports: texts(
    '--report <kind=file>',
    `write a report, - for stdout; kinds: ${REPORT_KINDS} (repeatable)`,
  ),
  baseline: text('--baseline <file>', 'fail only on what got worse since this JSON report', {
    completes: 'files',
  }),
  json: JSON_FLAG,
  redact: REDACT,
  quiet: QUIET,
  debug: DEBUG,
  color: NO_COLOR,
};

export type RunningValues = ValuesOf<typeof RUNNING>;

/** `ask`: each new reply is asked about. */
export type UpdateMode = 'none' | 'ask' | 'all';

/** The mode of `--update`, and the files that the words name. Throws `usage`. */
export function updateOf(
  { update }: RunningValues,
  operands: readonly string[],
  isFile: (word: string) => boolean,
): { mode: UpdateMode; words: readonly string[] } {
  if (update === false) return { mode: 'none', words: operands };
  if (update === true) return { mode: 'ask', words: operands };
  if (update === 'all') return { mode: 'all', words: operands };
  if (isFile(update)) return { mode: 'ask', words: [update, ...operands] };
  throw new AppError('usage', `bad --update ${JSON.stringify(update)}`, {
    hint: 'it is neither all nor a file; --update asks about each new reply, --update=all accepts them',
  });
}

interface Request {
  assistants: readonly string[];
  sandbox: boolean;
  redact: boolean;
  mode: UpdateMode;
  /** Somebody can answer questions. */
  mayAsk: boolean;
}

/** Throws `usage` on flags that contradict each other, before anything is read. */
export function assertFits(running: RunningValues, request: Request): void {
  const [mistake] = mistakesIn(running, request);
  if (mistake) throw new AppError('usage', mistake.message, { hint: mistake.hint });
}

function mistakesIn(
  { isReplay, isWatching, faults, seed, simulates, versionId }: RunningValues,
  { assistants, sandbox, redact, mode, mayAsk }: Request,
): { message: string; hint: string }[] {
  const isUpdating = mode !== 'none';
  const both = (one: string, other: string): string => `${one} and ${other} exclude each other`;
  const when = (isMistake: boolean, message: string, hint: string) =>
    isMistake ? [{ message, hint }] : [];
  return [
    ...when(isUpdating && isReplay, both('--update', '--replay'), 'a replay has no new replies'),
    ...when(isUpdating && isWatching, both('--update', '--watch'), 'update once, then watch'),
    ...when(
      isUpdating && redact,
      both('--update', '--redact'),
      'a masked reply is not what the assistant said: update without --redact',
    ),
    ...when(sandbox && isReplay, both('--sandbox', '--replay'), 'a replay asks no assistant'),
    ...when(simulates && isReplay, both('--simulate', '--replay'), 'a replay asks no assistant'),
    ...when(
      versionId !== undefined && !simulates,
      '--assistant-version is for simulated callers',
      'add --simulate; a chat always talks to the main version',
    ),
    ...when(
      isUpdating && assistants.length > 1,
      '--update takes one assistant',
      'give --assistant once',
    ),
    ...when(
      mode === 'ask' && !mayAsk,
      'nobody can be asked whether to accept replies',
      '--update=all accepts them without asking',
    ),
    ...when(
      !sandbox && (faults.length > 0 || seed !== undefined),
      '--fault and --seed are for the sandbox',
      'add --sandbox',
    ),
  ];
}

export function faultSettingsOf({ faults, seed }: RunningValues): FaultSettings {
  return { rules: faults, ...(seed !== undefined && { seed }) };
}

/** The words that running one of the cases again needs too. */
export function flagsToRepeat(
  { sandbox, profile, baseUrl, dotenv, timeout }: ValuesOf<typeof TEST_TARGET>,
  { isReplay, keepsAll, simulates, versionId, variables, faults, seed }: RunningValues,
  assistants: readonly string[],
): string[] {
  // With several assistants, each case names its own.
  const [assistant, ...others] = new Set(assistants);
  const given = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [name, value];
  return [
    ...(sandbox ? ['--sandbox'] : []),
    ...(isReplay ? ['--replay'] : []),
    ...(simulates ? ['--simulate'] : []),
    ...(keepsAll ? ['--keep'] : []),
    ...given('-a', others.length === 0 ? assistant : undefined),
    ...given('--assistant-version', versionId),
    ...given('--profile', profile),
    ...given('--base-url', baseUrl),
    ...given('--dotenv', dotenv),
    ...given('--timeout', timeout),
    ...faults.flatMap((each) => given('--fault', each)),
    ...given('--seed', seed?.toString()),
    ...variables.flatMap((each) => given('--var', each)),
  ];
}
