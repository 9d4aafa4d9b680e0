import type { Account, Notices } from '../../account/account.js';
import { exitCodeOf, AppError } from '../../base/errors.js';
import type { Context } from '../../process/context.js';
import { compared, type Comparison, type EarlierCase } from '../../testing/report/json.js';
import {
  maskedResult,
  type CaseResult,
  type Job,
  exitCodeOfResults,
} from '../../testing/run/results.js';
import type { ReportStyle } from '../../testing/report/turn-lines.js';
import { clientPorts, type TestPorts } from '../../testing/run/ports.js';
import { plannedJobs, type PlanOptions, type Selection } from '../../testing/run/plan.js';
import type { RunOptions, TestEvent } from '../../testing/run/session.js';
import { replayTests, runTests, type TestRun } from '../../testing/run/run-tests.js';
import { printError } from '../options/output.js';
import {
  failureToWrite,
  type LastRun,
  isToStdout,
  reportTasks,
  type RequestedReport,
} from './reports.js';
import { openOutput } from './output.js';
import { casesOf, type Suite } from './suite.js';

/** Shared by all runs of one command: with `--watch` there are several. */
export interface RunSetup {
  context: Context;
  notices: Notices;
  style: ReportStyle;
  isQuiet: boolean;
  /** Failures are printed as JSON. */
  isJson: boolean;
  /** Undefined in a replay. */
  account: Account | undefined;
  plan: PlanOptions;
  selection: Omit<Selection, 'lines' | 'failed'>;
  onlyFailed: boolean;
  options: Pick<RunOptions, 'concurrency' | 'keepsAll' | 'readsTools' | 'versionId'>;
  reports: readonly RequestedReport[];
  /** An earlier run: only cases that got worse since then fail. */
  baseline: readonly EarlierCase[] | undefined;
  /** Hides what may not be printed or written. */
  mask: (text: string) => string;
  last: LastRun;
  /** Words of the command that running one of its cases again needs too. */
  flags: readonly string[];
}

export interface FinishedRun {
  /** All texts are masked. */
  results: CaseResult[];
  exitCode: number;
}

/** One run: its cases, what a person sees of them, the reports, and the exit code. */
export async function runSuite(suite: Suite, setup: RunSetup): Promise<FinishedRun> {
  const { context, baseline, reports, last, mask, notices, isJson } = setup;
  const { signal } = context;
  const header = { run: context.randomId(), started: context.clock.now() };
  const failed = setup.onlyFailed ? last.failed() : undefined;
  const jobs = plannedJobs(casesOf(suite, { ...setup.selection, failed }), setup.plan);
  if (jobs.length === 0) {
    notices.notify('nothing failed in the last run: there is nothing to run again');
    return { results: [], exitCode: 0 };
  }
  const output = openOutput({
    ...setup,
    total: jobs.flatMap(({ assistantIds }) => assistantIds).length,
    namesAssistant: jobs.some(({ assistantIds }) => assistantIds.length > 1),
    isStdoutTaken: reports.some(isToStdout),
  });
  const onEvent = (event: TestEvent): void => output.onEvent(maskedEvent(event, mask));
  const run = await runJobs(jobs, { ...setup, runId: header.run, onEvent });
  const comparison = baseline && compared(run.results, baseline);
  const masked = { ...run, results: run.results.map((result) => maskedResult(result, mask)) };
  const failure = await failureToWrite([
    () => output.end(masked, comparison && maskedComparison(comparison, mask)),
    ...reportTasks(reports, { header, run: masked, context }),
  ]);
  last.write(run.results);
  if (failure) await printError(failure, { json: isJson }, context);
  const code = exitCodeOfResults(comparison?.worse ?? run.results, run);
  return {
    results: masked.results,
    exitCode: run.isInterrupted ? exitCodeOf(signal.reason) : code || failureCode(failure),
  };
}

function failureCode(failure: AppError | undefined): number {
  return failure ? exitCodeOf(failure) : 0;
}

interface JobOptions extends Pick<RunSetup, 'account' | 'options' | 'context'> {
  runId: string;
  onEvent: (event: TestEvent) => void;
}

async function runJobs(
  jobs: readonly Job[],
  { account, options, context, runId, onEvent }: JobOptions,
): Promise<TestRun> {
  if (!account) {
    const run = replayTests(jobs);
    for (const result of run.results) onEvent({ type: 'finished', result });
    return run;
  }
  const { client, settings } = account;
  const timeoutMs = settings.timeoutMs.value;
  const { signal } = context;
  const ports = {
    ...clientPorts(client, { stream: settings.stream.value }),
    async assistantTests() {
      const { assistantTests } = await import('../../api/assistant-tests.js');
      return assistantTests(client.caller, context);
    },
  };
  await assertAssistantsExist(jobs, ports, signal);
  return runTests(jobs, { ports, options: { ...options, runId, signal, timeoutMs }, onEvent });
}

function maskedEvent(event: TestEvent, mask: RunSetup['mask']): TestEvent {
  if (event.type === 'finished') return { ...event, result: maskedResult(event.result, mask) };
  return event.type === 'left' ? { ...event, reason: mask(event.reason) } : event;
}

function maskedComparison(comparison: Comparison, mask: RunSetup['mask']): Comparison {
  const masked = (results: readonly CaseResult[]): CaseResult[] =>
    results.map((result) => maskedResult(result, mask));
  const { worse, fixed, flakier, added } = comparison;
  return {
    worse: masked(worse),
    fixed: masked(fixed),
    flakier: masked(flakier),
    added: masked(added),
  };
}

const QUESTION_MS = 10_000;

/**
 * Throws `not_found` for an assistant that does not exist, before any conversation is created for it. Other failures
 * are left to the cases, which report them.
 */
async function assertAssistantsExist(
  jobs: readonly Job[],
  { getAssistant }: Pick<TestPorts, 'getAssistant'>,
  signal: AbortSignal,
): Promise<void> {
  const run = jobs.filter(({ skipReason }) => skipReason === undefined);
  const ids = new Set(run.flatMap(({ assistantIds }) => assistantIds));
  await Promise.all(
    [...ids].map(async (id) => {
      if (id === undefined) return;
      try {
        await getAssistant(id, { signal, timeoutMs: QUESTION_MS });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.kind !== 'not_found') return;
        throw error.but({
          message: `there is no assistant ${JSON.stringify(id)}: nothing was sent`,
          hint: 'telnyx-chat assistants list shows those of this account',
        });
      }
    }),
  );
}
