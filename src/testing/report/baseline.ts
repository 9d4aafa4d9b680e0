import { AppError } from '../../base/errors.js';
import { jsonValue } from '../chat-file/values.js';
import type { CaseResult, CaseVerdict } from '../run/results.js';

/** A case of an earlier report, as far as it is compared. */
export interface EarlierCase {
  file: string;
  title: string;
  assistant: string | null;
  verdict: CaseVerdict;
}

/** The changes since an earlier run. Only cases that got worse fail. */
export interface Comparison {
  worse: CaseResult[];
  fixed: CaseResult[];
  /** Cases that passed before and are flaky now: reported, but no failure. */
  flakier: CaseResult[];
  /** Cases that the earlier run did not have. Failed ones are in `worse` too, but are reported once, as new. */
  added: CaseResult[];
}

const VERDICTS: readonly unknown[] = ['passed', 'flaky', 'failed', 'error', 'skipped'];

/** The cases of a JSON report. Throws `usage` when the text is none. */
export function readReport(text: string, name: string): EarlierCase[] {
  const cases = casesIn(jsonValue(text));
  if (cases?.every(isEarlierCase)) return cases;
  throw new AppError('usage', `${name} is not a report of telnyx-chat test`, {
    hint: 'make one with --report json=run.json',
  });
}

function casesIn(report: unknown): unknown[] | undefined {
  if (typeof report !== 'object' || report === null || !('cases' in report)) return undefined;
  return Array.isArray(report.cases) ? report.cases : undefined;
}

function isEarlierCase(value: unknown): value is EarlierCase {
  if (typeof value !== 'object' || value === null) return false;
  if (!('file' in value && 'title' in value && 'assistant' in value && 'verdict' in value))
    return false;
  const { file, title, assistant, verdict } = value;
  const isNamed = typeof file === 'string' && typeof title === 'string';
  return (
    isNamed && (assistant === null || typeof assistant === 'string') && VERDICTS.includes(verdict)
  );
}

/** The cases that failed or were errors, for `--failed`. */
export function failedCases(cases: readonly EarlierCase[]): { file: string; title: string }[] {
  return cases.filter(({ verdict }) => isBad(verdict));
}

export function compared(
  results: readonly CaseResult[],
  earlier: readonly EarlierCase[],
): Comparison {
  const before = new Map(
    earlier.map((each) => [keyOf(each.file, each.title, each.assistant), each.verdict]),
  );
  const comparison: Comparison = { worse: [], fixed: [], flakier: [], added: [] };
  for (const result of results) {
    const { file, title, assistantId, verdict } = result;
    const then = before.get(keyOf(file, title, assistantId ?? null));
    if (then === undefined) comparison.added.push(result);
    if ((then === undefined || isGood(then)) && isBad(verdict)) comparison.worse.push(result);
    if (then !== undefined && isBad(then) && isGood(verdict)) comparison.fixed.push(result);
    if (then === 'passed' && verdict === 'flaky') comparison.flakier.push(result);
  }
  return comparison;
}

function keyOf(file: string, title: string, assistant: string | null): string {
  return JSON.stringify([file, title, assistant]);
}

function isGood(verdict: CaseVerdict): boolean {
  return verdict === 'passed' || verdict === 'flaky';
}

function isBad(verdict: CaseVerdict): boolean {
  return verdict === 'failed' || verdict === 'error';
}
