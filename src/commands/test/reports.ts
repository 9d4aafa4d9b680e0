import type { Notices } from '../../account/account.js';
import { isOn } from '../../base/environment.js';
import { AppError } from '../../base/errors.js';
import { jsonLine } from '../../base/text/well-formed.js';
import type { Context } from '../../process/context.js';
import { isClosedPipe, write } from '../../process/output.js';
import {
  nameFrom,
  openLastTestRun,
  type FoundFile,
  type LastTestRun,
} from '../../store/test-files.js';
import { statsOf } from '../../store/files.js';
import { assertFree, isSpecial, writeNewFile } from '../../store/new-file.js';
import { findStorePaths, locate, type Place } from '../../store/paths.js';
import {
  failedCases,
  readReport,
  jsonReport,
  jsonReportText,
  type ReportHeader,
} from '../../testing/report/json.js';
import { markdownReport, type FileNamer } from '../../testing/report/github.js';
import { junitReport, tapReport } from '../../testing/report/runner-reports.js';
import type { CaseResult } from '../../testing/run/results.js';
import type { TestRun } from '../../testing/run/run-tests.js';

const REPORTS: Readonly<Record<string, (header: ReportHeader, run: TestRun) => string>> = {
  junit: (header, { results }) => junitReport(header, results),
  tap: (_, { results, isInterrupted }) => tapReport(results, { isInterrupted }),
  json: (header, { results }) => jsonReportText(jsonReport(header, results)),
  md: (_, { results }) => markdownReport(results),
};

/** The kinds of reports: `junit, tap, json, md`. */
export const REPORT_KINDS = Object.keys(REPORTS).join(', ');

const EXAMPLES: Readonly<Record<string, string>> = {
  junit: 'out.xml',
  tap: 'out.tap',
  json: 'run.json',
  md: 'summary.md',
};

const STDOUT = '-';

export interface RequestedReport {
  kind: string;
  /** `-` is stdout. */
  file: string;
}

/** The reports of `--report kind=file` and `--json`. Throws `usage` for a kind that there is not, and for a file that cannot be. */
export async function requestedReports(
  given: readonly string[],
  { json, context }: { json: boolean; context: Context },
): Promise<RequestedReport[]> {
  const reports = [...given, ...(json ? ['json=-'] : [])].map(requestedReport);
  if (reports.filter(isToStdout).length > 1) {
    throw new AppError('usage', 'two reports cannot both go to stdout', {
      hint: 'give one of them a file: --report junit=out.xml',
    });
  }
  const written = reports.filter((report) => !isToStdout(report));
  for (const report of written) {
    await assertFree({ place: context, file: report.file, force: true });
    assertOnlyOne(report, written, context);
  }
  return reports;
}

/** The second of two reports would replace the first; a device takes both. */
function assertOnlyOne(
  { file }: RequestedReport,
  reports: readonly RequestedReport[],
  place: Place,
): void {
  const path = locate(file, place);
  const same = reports.filter((report) => locate(report.file, place) === path);
  if (same.length === 1 || isSpecial(path, statsOf(path))) return;
  throw new AppError('usage', `two reports cannot both go to ${JSON.stringify(file)}`, {
    hint: 'give each a file of its own',
  });
}

/** Throws `usage` for a report that would replace one of the test files. A report of another run may be replaced. */
export function assertNoTestFiles(
  reports: readonly RequestedReport[],
  found: readonly FoundFile[],
  place: Place,
): void {
  for (const { kind, file } of reports) {
    const own = file === STDOUT ? undefined : statsOf(locate(file, place));
    const isTestFile = found.some(({ path }) => {
      const other = statsOf(path);
      return own !== undefined && own.ino === other?.ino && own.dev === other.dev;
    });
    if (isTestFile) throw overTests({ kind, file }, 'it is one of the test files');
  }
}

function overTests({ kind, file }: RequestedReport, why: string): AppError {
  return new AppError('usage', `bad --report ${JSON.stringify(`${kind}=${file}`)}: ${why}`, {
    hint: `give the report a name of its own: --report ${kind}=${EXAMPLES[kind]}`,
  });
}

function requestedReport(given: string): RequestedReport {
  const at = given.indexOf('=');
  const [kind, file] = [given.slice(0, Math.max(0, at)), given.slice(at + 1)];
  if (Object.hasOwn(REPORTS, kind) && file !== '') {
    if (/\.chat$/i.test(file)) throw overTests({ kind, file }, '.chat files are tests');
    return { kind, file };
  }
  throw new AppError('usage', `bad --report ${JSON.stringify(given)}`, {
    hint: `give a kind and a file, or - for stdout: --report junit=out.xml; the kinds are ${REPORT_KINDS}`,
  });
}

/** A report to stdout takes the place of what is printed for a person. */
export function isToStdout({ file }: RequestedReport): boolean {
  return file === STDOUT;
}

/** A task that writes reports, each with its own failure. */
export function reportTasks(
  reports: readonly RequestedReport[],
  { header, run, context }: { header: ReportHeader; run: TestRun; context: Context },
): (() => Promise<unknown>)[] {
  const { clock, stdout, randomId } = context;
  // Also after the program was told to stop.
  const waiting = { clock, signal: new AbortController().signal };
  return reports.map(({ kind, file }) => () => {
    const text = REPORTS[kind]?.(header, run) ?? '';
    if (file === STDOUT) return write(stdout, text);
    const newFile = { place: context, file, force: true, id: randomId() };
    return writeNewFile(newFile, waiting, (print) => print(text));
  });
}

/**
 * Does all tasks that write what a run gives out, and joins their failures into one. A reader that has left is none.
 */
export async function failureToWrite(
  tasks: readonly (() => Promise<unknown>)[],
): Promise<AppError | undefined> {
  const failures: AppError[] = [];
  for (const task of tasks) {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!isClosedPipe(error)) failures.push(error);
    }
  }
  const [first] = failures;
  // Something was sent, so it is no wrong usage any more.
  return first?.but({ kind: 'output', message: failures.map(({ message }) => message).join('; ') });
}

/** Whether this is a step of a GitHub workflow. */
export function isOnGithub({ env }: Pick<Context, 'env'>): boolean {
  return isOn(env, 'GITHUB_ACTIONS');
}

/** Names files from the root of the repository: a step may run in a folder of it. */
export function workspaceNames({ env, cwd }: Pick<Context, 'env' | 'cwd'>): FileNamer {
  const root = env['GITHUB_WORKSPACE'] ?? '';
  return (name) => (root === '' ? name : (nameFrom(root, { name }, { cwd }) ?? name));
}

/** The last run in the working folder, for `--failed`. */
export interface LastRun {
  /** The cases that failed or were errors. Throws `usage` when there was no run. */
  failed(): { file: string; title: string }[];
  /** Only verdicts are kept, and nothing that was said. A failure is a warning. */
  write(results: readonly CaseResult[]): void;
}

/** A run writes the file anew, whatever is in it. */
const AGAIN = 'run them without --failed';

export function openLastRun(context: Context, { notify }: Notices): LastRun {
  const { platform, uid, cwd } = context;
  const warn = (warning: string): void => notify(`warning: ${warning}`);
  const file = (): LastTestRun =>
    openLastTestRun(stateFolder(context), cwd, { platform, uid, warn });
  return {
    failed() {
      const found = file().read();
      if (found) return failedCases(readReport(found.report, found.path, AGAIN));
      throw new AppError('usage', 'no run of the tests in this folder is remembered', {
        hint: AGAIN,
      });
    },
    write(results) {
      try {
        file().write(jsonLine({ cases: results.map(outlineOf) }), context.randomId());
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        warn(`this run is not remembered for --failed: ${error.message}`);
      }
    },
  };
}

function stateFolder(context: Context): string {
  const { state } = findStorePaths(context) ?? {};
  if (state !== undefined) return state;
  throw new AppError('usage', 'there is no home folder to remember runs in', {
    hint: 'set HOME, or TELNYX_CHAT_CONFIG_DIR to a folder for them',
  });
}

function outlineOf({ file, title, assistantId, verdict }: CaseResult): object {
  return { file, title, assistant: assistantId ?? null, verdict };
}
