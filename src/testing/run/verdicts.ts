import { percentile } from '../../base/time.js';
import { durationText } from '../chat-file/values.js';
import type { ChatFile, Runs } from '../chat-file/chat-file.js';
import type {
  CaseResult,
  CaseVerdict,
  CheckResult,
  RunEnd,
  RunResult,
  RunVerdict,
} from './results.js';

/** A case failed. */
export const FAILED_EXIT_CODE = 9;
/** A check could not be made, or the assistant keeps no history. */
export const UNCHECKED_EXIT_CODE = 1;
export const INTERRUPTED_EXIT_CODE = 130;

/** The verdict on a run by its checks, with the first reason for it. Failed goes before error. */
function runVerdict(checks: readonly CheckResult[]): {
  verdict: RunVerdict;
  reason: string;
} {
  const first =
    checks.find(({ verdict }) => verdict === 'failed') ??
    checks.find(({ verdict }) => verdict === 'error');
  if (!first) return { verdict: 'passed', reason: '' };
  return { verdict: first.verdict, reason: `${first.check}: ${first.reason}` };
}

/** How a run ends by its checks. */
export function endByChecks(checks: readonly CheckResult[]): RunEnd {
  const codes = { passed: 0, failed: FAILED_EXIT_CODE, error: UNCHECKED_EXIT_CODE };
  const { verdict, reason } = runVerdict(checks);
  return { verdict, reason, exitCode: codes[verdict] };
}

/** The verdict on a case by its runs. */
export function caseVerdict(
  runs: readonly RunResult[],
  { count, mustPass }: Runs,
): { verdict: CaseVerdict; reason: string } {
  const passed = runs.filter(({ verdict }) => verdict === 'passed').length;
  if (passed === count) return { verdict: 'passed', reason: '' };
  const failed = runs.find(({ verdict }) => verdict === 'failed');
  const reason =
    (failed ?? runs.find(({ verdict }) => verdict === 'error'))?.reason ?? 'interrupted';
  if (passed >= mustPass) return { verdict: 'flaky', reason };
  return { verdict: failed ? 'failed' : 'error', reason };
}

export interface Counts {
  passed: number;
  flaky: number;
  failed: number;
  errors: number;
  skipped: number;
}

export function countsOf(results: readonly CaseResult[]): Counts {
  const count = (verdict: CaseVerdict): number =>
    results.filter((result) => result.verdict === verdict).length;
  return {
    passed: count('passed'),
    flaky: count('flaky'),
    failed: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

/** The exit code of results in the order of files. Failed goes before error, an interrupt before both. */
export function exitCodeOfResults(
  results: readonly CaseResult[],
  { isInterrupted }: { isInterrupted: boolean },
): number {
  if (isInterrupted) return INTERRUPTED_EXIT_CODE;
  if (results.some(({ verdict }) => verdict === 'failed')) return FAILED_EXIT_CODE;
  const error = results.find(({ verdict }) => verdict === 'error');
  return error?.runs.find(({ verdict }) => verdict === 'error')?.exitCode ?? 0;
}

/** How long the answers of some cases took, and until their first words. */
export function timesOf(results: readonly CaseResult[]): {
  firstWords: number[];
  answers: number[];
} {
  const turns = results.flatMap(({ runs }) => runs).flatMap((run) => run.turns);
  const known = (times: (number | undefined)[]): number[] =>
    times.filter((time) => time !== undefined);
  return {
    firstWords: known(turns.map(({ firstWordMs }) => firstWordMs)),
    answers: known(turns.map(({ totalMs }) => totalMs)),
  };
}

/** The setting `p95` of a file as a test of its own; undefined when there is none, or nothing was timed. */
export function p95Result(
  { path, settings: { p95 } }: ChatFile,
  results: readonly CaseResult[],
  assistantId: string | undefined,
): CaseResult | undefined {
  const value = percentile(timesOf(results).answers, 0.95);
  if (!p95 || value === undefined) return undefined;
  const isKeptTo = value <= p95.ms;
  const reason = isKeptTo ? '' : `95 of 100 answers took up to ${durationText(value)}`;
  return {
    file: path,
    line: p95.line,
    title: `p95: ${p95.text}`,
    tags: [],
    assistantId,
    verdict: isKeptTo ? 'passed' : 'failed',
    reason,
    runs: [],
  };
}
