import type { ChatFile, ScriptedTurn, TestCase, Runs } from '../chat-file/chat-file.js';
import type { CheckVerdict, ToolUse } from '../checks/check.js';

/** `error`: it could not be tested. */
export type RunVerdict = CheckVerdict;
export type CaseVerdict = RunVerdict | 'flaky' | 'skipped';

export interface CheckResult {
  line: number;
  /** As it is written in the file. */
  check: string;
  verdict: CheckVerdict;
  reason: string;
}

export interface TurnResult {
  line: number;
  said: string;
  /** Undefined when there is none: the turn failed, or the assistant was silent. */
  reply: string | undefined;
  /** The reply that was accepted last. */
  reference?: string | undefined;
  /** Undefined when they were not read. */
  tools?: readonly ToolUse[] | undefined;
  firstWordMs?: number | undefined;
  totalMs?: number | undefined;
  isRecovered: boolean;
  checks: CheckResult[];
  /** The turn of the file; a simulated conversation has none. */
  turn?: ScriptedTurn | undefined;
}

/** How a run ended. */
export interface RunEnd {
  verdict: RunVerdict;
  reason: string;
  /** 9 for a failed run, the code of an error, else 0. */
  exitCode: number;
}

export interface RunResult extends RunEnd {
  conversationId: string | undefined;
  /** Whether the conversation is still there. */
  isKept: boolean;
  turns: TurnResult[];
  ms: number;
}

export interface CaseResult {
  file: string;
  line: number;
  title: string;
  tags: string[];
  /** Undefined in a replay. */
  assistantId: string | undefined;
  verdict: CaseVerdict;
  reason: string;
  runs: RunResult[];
}

export interface SelectedCase {
  file: ChatFile;
  test: TestCase;
}

/** A case to run, with each of its assistants. */
export interface Job extends SelectedCase {
  /** A single `undefined` in a replay. */
  assistantIds: readonly (string | undefined)[];
  /** Why it is not run. */
  skipReason?: string | undefined;
}

/** A case failed. */
export const FAILED_EXIT_CODE = 9;
/** A check could not be made, or the assistant keeps no history. */
export const UNCHECKED_EXIT_CODE = 1;
const INTERRUPTED_EXIT_CODE = 130;

/** How a run ends by its checks, with the first reason for it. Failed goes before error. */
export function endByChecks(checks: readonly CheckResult[]): RunEnd {
  const first =
    checks.find(({ verdict }) => verdict === 'failed') ??
    checks.find(({ verdict }) => verdict === 'error');
  if (!first) return { verdict: 'passed', reason: '', exitCode: 0 };
  const { verdict, check, reason } = first;
  const exitCode = verdict === 'failed' ? FAILED_EXIT_CODE : UNCHECKED_EXIT_CODE;
  return { verdict, reason: `${check}: ${reason}`, exitCode };
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

/** How many runs of a case passed, and how long all of them took. */
export function totalsOf({ runs }: CaseResult): { passed: number; ms: number } {
  return {
    passed: runs.filter(({ verdict }) => verdict === 'passed').length,
    ms: runs.reduce((sum, { ms }) => sum + ms, 0),
  };
}

/** The checks that did not pass. */
export function openChecks(runs: readonly RunResult[]): CheckResult[] {
  const checks = runs.flatMap(({ turns }) => turns).flatMap((turn) => turn.checks);
  return checks.filter(({ verdict }) => verdict !== 'passed');
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

type Mask = (text: string) => string;

const MASKED_KEY = '[key]';

/** Hides secrets, such as the key, wherever they stand. */
export function hideSecrets(secrets: readonly string[]): Mask {
  const known = secrets.filter((secret) => secret !== '');
  return (text) => known.reduce((result, secret) => result.replaceAll(secret, MASKED_KEY), text);
}

/**
 * Results with every text masked, for whatever is printed or written of them. Parts in which nothing is masked
 * are not copied: a run of many cases keeps them once.
 */
export function maskedResult(result: CaseResult, mask: Mask): CaseResult {
  return sameOr(result, {
    ...result,
    title: mask(result.title),
    tags: sameOr(result.tags, result.tags.map((tag) => mask(tag))), // prettier-ignore
    reason: mask(result.reason),
    runs: mapped(result.runs, (run) => ({
      ...run,
      reason: mask(run.reason),
      turns: mapped(run.turns, (turn) => maskedTurn(turn, mask)),
    })),
  });
}

function mapped<T extends object>(list: T[], change: (each: T) => T): T[] {
  return sameOr(list, list.map((each) => sameOr(each, change(each)))); // prettier-ignore
}

/** The first one when both have the same values. */
function sameOr<T extends object>(before: T, after: T): T {
  const values = Object.values(before) as unknown[];
  return Object.values(after).every((value, index) => value === values[index]) ? before : after;
}

function maskedTurn(turn: TurnResult, mask: Mask): TurnResult {
  const { reply, reference, tools } = turn;
  return {
    ...turn,
    said: mask(turn.said),
    reply: reply === undefined ? undefined : mask(reply),
    reference: reference === undefined ? undefined : mask(reference),
    tools: tools?.map(({ name, arguments: args, result }) => ({
      name: mask(name),
      arguments: mask(args),
      result: result === undefined ? undefined : mask(result),
    })),
    checks: mapped(turn.checks, (result) => ({
      ...result,
      check: mask(result.check),
      reason: mask(result.reason),
    })),
  };
}
